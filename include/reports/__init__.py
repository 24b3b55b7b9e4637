"""The KPI report: read the figures as of a moment, put them into words, and mail them once to each person."""
