"""From a payload in landing to typed, checked rows in staging."""
