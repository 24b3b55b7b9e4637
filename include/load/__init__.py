"""Load a payload: type, check and merge its rows, by everyday.py or bulk/."""
