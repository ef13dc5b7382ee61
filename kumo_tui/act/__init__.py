"""DOING: preview, confirm, journal, send, settle, follow. Knows nothing of Textual."""
