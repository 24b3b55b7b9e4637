"""Eurostat: Comext, foreign direct investment, shares of trade."""
