"""The command line: one module for each command, which bears its name, and what they share."""
