"""What the partners of the agreement report, and the agreement itself."""
