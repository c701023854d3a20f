from kefen.api import Book as Book
from kefen.api import Grader as Grader
from kefen.api import KefenError as KefenError
from kefen.api import Result as Result
from kefen.api import Run as Run
from kefen.api import check_standard as check_standard
from kefen.api import from_database as from_database
from kefen.api import grade as grade
from kefen.api import new_book as new_book
from kefen.api import open_book as open_book
from kefen.api import open_run as open_run
from kefen.api import read_standard as read_standard

__version__: str
