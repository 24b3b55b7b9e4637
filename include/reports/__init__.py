"""The KPI report: issue, figures, language, content, render, delivery; web, workflow."""
