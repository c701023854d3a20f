"""Reading from databases by URL: in bulk, exactly, and only what is new."""

from kefen.lake.databases.importing import check_parts_of_orders, source_since_last
from kefen.lake.databases.located import Located, is_url, located
from kefen.lake.databases.reading import Question, database_frame
from kefen.lake.databases.saved import SIGN, SavedSource, check_free, save_source, saved_source
from kefen.lake.databases.urls import DatabaseUrl, clear_password_refused, database_url

__all__ = [
    "SIGN",
    "DatabaseUrl",
    "Located",
    "Question",
    "SavedSource",
    "check_free",
    "check_parts_of_orders",
    "clear_password_refused",
    "database_frame",
    "database_url",
    "is_url",
    "located",
    "save_source",
    "saved_source",
    "source_since_last",
]
