"""The steps that carry a batch from its payload into the warehouse, and the ways to run them again."""
