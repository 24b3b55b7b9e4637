"""Workbooks of partners: the template of each quarter, and the reader of reports.

`columns` and `lists` hold the words of the workbook in Dutch and English, `template` writes it, `archive` refuses files
that are no plain workbook, `workbook_layout` finds sheet, header block and columns, `cells` normalises values, and
`workbook_reader` writes CSV for staging. Whether a row is right is checked on the staging table, not here.
"""
