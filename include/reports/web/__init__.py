"""Pages that Airflow serves: the scorecard, its evidence, errors, unsubscribing."""
