"""The mail of one simulated node: pure, no I/O."""
