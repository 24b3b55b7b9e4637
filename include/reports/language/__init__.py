"""Language of the report: catalogue, formats of numbers and dates, labels."""
