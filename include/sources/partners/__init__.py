"""The reports of the partners of the agreement, and the agreement itself."""
