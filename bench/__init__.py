"""The benchmark of the load path: `make bench`; what it measures is said in bench/README.md."""
