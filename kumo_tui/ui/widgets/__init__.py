"""Widgets: each draws text into fixed cells and rewrites only what changed."""
