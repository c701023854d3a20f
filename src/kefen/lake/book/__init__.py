"""A book: versioned tables, batches that can be undone, runs, and their keeping."""

from kefen.lake.book.batches import Batch
from kefen.lake.book.book import Book
from kefen.lake.book.settings import BookSettings
from kefen.lake.book.undo import UndoReport

__all__ = ["Batch", "Book", "BookSettings", "UndoReport"]
