"""One file per output format, each a function from a value to text. Nothing here prints, reads or asks."""
