"""The parts that only a laptop needs: the sample sources and the launcher of the platform."""
