"""The sources: where each is asked, how it is read, and which checks it must pass."""
