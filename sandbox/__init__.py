"""What only a laptop needs: the sample sources and the launcher of the whole platform."""
