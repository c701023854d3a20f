"""The card of one customer of a kept run, without the report around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.one_customer import graded_alone
from kefen.grading.outcome_words import grades_in_words
from kefen.reports.cards import card_section
from kefen.reports.model import Card
from kefen.reports.population import population
from kefen.reports.tables import Table

if TYPE_CHECKING:
    from kefen.grading.stored import StoredRun
    from kefen.lake.book import Book


def customer_card(book: Book, run: StoredRun, customer: str) -> tuple[Card, tuple[Table, ...]]:
    """Return standard table 4 of a customer, or 5 of a prospect, and the tables that go with it.

    Args:
        book: The book that keeps the run.
        run: The run.
        customer: The customer's id.

    Returns:
        The card, and its tables: why the grades are as they are, and the last follow-ups.

    Raises:
        CallError: The run has no such customer.
        BookError: The data of the run cannot be read.
    """
    with DuckDBEngine() as engine:
        graded = graded_alone(engine, book, run, customer)
        with population(graded) as people:
            why = grades_in_words(run, graded.dataset, customer)
            blocks = card_section(people, customer, why).blocks
    card = next(one for one in blocks if isinstance(one, Card))
    return card, tuple(one for one in blocks if isinstance(one, Table))
