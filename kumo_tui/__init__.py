"""kumo-tui: the terminal of an on-call mail engineer for KumoMTA."""

import logging
from importlib.metadata import version

# What is logged goes nowhere until the command line opens a log file.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__version__ = version("kumo-tui")
