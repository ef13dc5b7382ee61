"""The simulated admin HTTP API."""
