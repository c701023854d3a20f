"""Runs of the book, and the copy of current grades that pages read."""
