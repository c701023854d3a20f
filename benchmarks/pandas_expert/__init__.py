"""The parts of `by_pandas.py`: checks, metrics, cuts, grades and what is told of them."""
