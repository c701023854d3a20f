"""Reading from databases by URL: in bulk, exactly, and only what is new."""

from kefen.lake.databases.importing import check_parts_of_orders, source_since_last
from kefen.lake.databases.reading import Question, database_frame
from kefen.lake.databases.urls import DatabaseUrl, database_url

__all__ = [
    "DatabaseUrl",
    "Question",
    "check_parts_of_orders",
    "database_frame",
    "database_url",
    "source_since_last",
]
