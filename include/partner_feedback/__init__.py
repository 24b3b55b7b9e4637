"""The way back to the partners: what became of a report, row by row and in their language, and reminders.

`findings` reads what was said of a batch, `words` has it in Dutch and English, `annotating` draws the workbook with
remarks, `letters` decides who is written to and keeps every letter, `posting` sends it once through the outbox.
"""
