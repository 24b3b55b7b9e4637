"""Ask a source and keep the bytes of its reply in landing."""
