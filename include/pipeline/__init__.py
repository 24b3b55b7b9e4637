"""The steps from a payload into the warehouse, and the ways to run them again."""
