"""Flanders Investment & Trade: its register of investment projects and its published totals."""
