"""kumo-tui: the terminal of an on-call mail engineer for KumoMTA."""

from importlib.metadata import version

__version__ = version("kumo-tui")
