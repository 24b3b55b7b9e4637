"""Partner workbooks: what the 21 partners are handed each quarter, and how what they send back is read.

`columns` holds every word of the workbook in Dutch and English, `template` writes it, `archive` refuses files that
are no plain workbook, `layout` finds sheet, header block and columns, `cells` brings values to one form, and
`reading` joins these into CSV for staging. Whether a row is right is not judged here: the expectations on the staging
table do that.
"""
