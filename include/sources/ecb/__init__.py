"""European Central Bank: exchange rates."""
