"""OECD: flows of foreign direct investment."""
