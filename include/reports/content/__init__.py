"""Content of the report: model, highlights, changes, notes, tables, partner section."""
