"""What the tasks of the report call."""
