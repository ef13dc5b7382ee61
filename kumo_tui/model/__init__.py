"""WHAT THINGS ARE: pure values and rules. No I/O, no clock, no Textual, no httpx."""
