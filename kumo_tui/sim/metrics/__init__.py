"""The simulated /metrics and /metrics.json."""
