"""Language of the report: catalogue of translations, formats of numbers and dates, labels of figures."""
