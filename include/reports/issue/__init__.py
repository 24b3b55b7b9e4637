"""Issues of the report: calendar, run, as-of moment, rules of publication."""
