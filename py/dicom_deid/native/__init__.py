"""Parts for the command line only: files, processes, the terminal, and the run folder on a disk."""
