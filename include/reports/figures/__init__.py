"""Figures of the report, read from the marts as of the issue's moment; no words."""
