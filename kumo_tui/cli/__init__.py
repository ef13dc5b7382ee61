"""STARTING: the command line, the composition root, plain and JSON output."""
