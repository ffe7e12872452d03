"""The command line: one thin module per command. It parses, calls, prints and chooses an exit code; nothing else."""
