"""An issue of the report: its quarter, its moment, whether it may be published."""
