"""What only the command line needs: files, processes, the terminal, and the run folder on a disk."""
