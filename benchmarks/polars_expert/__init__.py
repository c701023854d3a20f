"""The parts of `by_polars.py`: checks, metrics, cuts, grades and what is told of them."""
