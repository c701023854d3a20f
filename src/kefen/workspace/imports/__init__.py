"""Bringing files into the book: upload, columns, dry run, commit, undo."""
