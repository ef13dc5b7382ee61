"""SHOWING: Textual only. Draws snapshots and hands what the operator wants to `act`."""
