"""The benchmark of the load path: `make bench`; bench/README.md says what it measures."""
