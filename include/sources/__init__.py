"""The sources: where each is asked, how its replies are read, and which checks they must pass."""
