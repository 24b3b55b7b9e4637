"""Rows of ops.* and landing.*: what was asked, what came, what became of it."""
