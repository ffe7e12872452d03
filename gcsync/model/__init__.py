"""Plain frozen values that the stages hand to each other. No I/O, nothing of the rest of gcsync."""
