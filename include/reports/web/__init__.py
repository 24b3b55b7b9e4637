"""Pages that Airflow shows: the scorecard, its evidence, errors."""
