"""Our own tables, one CSV each: countries, products, KPIs, targets, recipients."""
