"""The report as data: figures with their sentences, for one audience in one language."""
