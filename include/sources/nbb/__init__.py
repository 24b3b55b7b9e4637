"""National Bank of Belgium: trade, foreign direct investment, exporters."""
