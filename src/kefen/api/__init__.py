"""The Python API: what `import kefen` offers. Calls grading, lake and reports only."""

from kefen.api.books import Book, new_book, open_book
from kefen.api.databases import from_database
from kefen.api.grader import Grader
from kefen.api.grading import grade
from kefen.api.results import Result
from kefen.api.runs import Run, open_run
from kefen.api.standards import check_standard, read_standard
from kefen.domain.errors import KefenError

__all__ = [
    "Book",
    "Grader",
    "KefenError",
    "Result",
    "Run",
    "check_standard",
    "from_database",
    "grade",
    "new_book",
    "open_book",
    "open_run",
    "read_standard",
]
