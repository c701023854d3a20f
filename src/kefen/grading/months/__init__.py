"""Months of a book: graded in a row, graded again, restated, and which lines each takes."""
