"""Names compared with those of a list: in any order, misspelt, transliterated."""

from kefen.methods.screening.compare import Comparison, Pair
from kefen.methods.screening.index import Candidate, NameIndex
from kefen.methods.screening.names import NameForm, name_form

__all__ = ["Candidate", "Comparison", "NameForm", "NameIndex", "Pair", "name_form"]
