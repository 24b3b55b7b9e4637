"""Rendering of the report as HTML, text, chart, PDF and workbook, with one theme."""
