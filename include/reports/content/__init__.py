"""Content of the report: the report model, its highlights, changes, notes, tables and the partner section."""
