"""Words, numbers and sentences of a language."""
