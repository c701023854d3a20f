"""A small book with some months of orders, and ways to add to it and to grade it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import Book
from kefen.lake.reading import ReadingOptions, Source, read_table

CUSTOMERS = [f"{number:03d}" for number in range(30)]


def orders_of(month: int, year: int = 2025) -> list[str]:
    """Return the order lines of a month as CSV: who buys, how much and when differ by month."""
    lines = []
    for number, customer in enumerate(CUSTOMERS):
        if (number * 7 + month) % 5 == 0:
            continue
        day = 1 + (number * 3 + month * 5) % 28
        amount = 10 + (number * 37 + month * month * 11) % 900
        lines.append(
            f"{year}-{month:02d}-{customer},{customer},{year}-{month:02d}-{day:02d},{amount}"
        )
    return lines


def write_orders(path: Path, lines: list[str]) -> Path:
    """Write order lines as a CSV file."""
    path.write_text("order_id,customer_id,ordered_at,amount\n" + "\n".join(lines) + "\n")
    return path


def import_file(book: Book, table: str, path: Path) -> None:
    """Bring a file into the book."""
    with DuckDBEngine(memory_limit="500MB") as engine:
        read, _ = read_table(engine, table, Source((path,)), ReadingOptions())
        book.imports.import_table(engine, read, now=datetime(2026, 1, 5, tzinfo=UTC))


def company_in_a_book(folder: Path, months: int = 8) -> Book:
    """Return a book with customers, and orders from January 2025 on."""
    book = Book.create(folder / "book", name="Acme", currency="CNY")
    customers = folder / "customers.csv"
    customers.write_text(
        "customer_id,created_on\n" + "".join(f"{one},2024-12-01\n" for one in CUSTOMERS)
    )
    import_file(book, "customers", customers)
    lines = [line for month in range(1, months + 1) for line in orders_of(month)]
    import_file(book, "orders", write_orders(folder / "orders.csv", lines))
    return book
