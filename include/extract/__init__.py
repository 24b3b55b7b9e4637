"""Ask a source and store the bytes of its reply in landing."""
