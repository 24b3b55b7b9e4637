"""The report as HTML, text, picture, PDF and workbook."""
