"""Feedback to partners: what became of a report, row by row, and reminders.

`findings` reads the errors and warnings of a batch, `annotated_workbook` writes them into a workbook, `messages` builds
a message, `notifications` decides who gets one, stores it, and sends it once through the outbox.
"""
