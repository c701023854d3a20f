"""The demonstration's files: the real lines whole, the companion plausible and labelled."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kefen.demo import DemoFiles
from kefen.demo.original import ORIGINAL
from kefen.domain.contract import TABLES, Kind
from kefen.domain.text import LANGUAGES, Language
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.reading import ReadingOptions, Source, read_dataset

InLanguage = Callable[[Language], DemoFiles]

_ARROW = {
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.NUMBER: pa.decimal128(18, 4),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}
_CHINESE = re.compile("[\u4e00-\u9fff]")
# Ranges that the authorities of the countries keep for films and books.
_FICTION = re.compile(
    r"\+44 (20 7946 0|1632 960 |1\d\d 49[68] 0|29 2018 0|28 9649 6)\d{3}"
    r"|\+49 30 23125 \d{3}|\+33 1 99 00 \d\d \d\d|\+353 20 910 \d{4}"
    r"|\+61 2 5550 \d{4}|\+1 212 555 01\d\d"
)


def ask(demo: DemoFiles, sql: str) -> list[tuple[object, ...]]:
    """Answer a question about the tables, and the `real`, `earlier` and `original` orders."""
    with duckdb.connect() as connection:
        for table, paths in demo.tables.items():
            files = connection.read_parquet([str(path) for path in paths], union_by_name=True)
            files.create_view(table)
        real, earlier = demo.tables["orders"]
        for name, path in (("real", real), ("earlier", earlier), ("original", ORIGINAL)):
            connection.read_parquet(str(path)).create_view(name)
        return connection.execute(sql).fetchall()


def test_every_table_of_the_contract_that_a_shop_has_is_there(demo: DemoFiles) -> None:
    assert set(demo.tables) == set(TABLES) - {"payments", "financials", "credit_reports"}
    assert all(path.is_file() for paths in demo.tables.values() for path in paths)
    assert {path.parent for paths in demo.tables.values() for path in paths} == {demo.directory}


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_and_types_are_those_of_the_contract(
    demo_in: InLanguage, language: Language
) -> None:
    demo = demo_in(language)
    for table, paths in demo.tables.items():
        for path in paths:
            for field in pq.read_schema(path):
                if (table, field.name) == ("customers", demo.attribute):
                    continue
                kind = TABLES[table].column(field.name).kind
                assert field.type == _ARROW.get(kind, pa.string()), (table, field.name)


def test_every_real_line_is_an_order_line_with_its_exact_amount(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        WITH published AS (
            SELECT InvoiceNo AS order_id, CustomerID::VARCHAR AS customer_id,
                   InvoiceDate::TIMESTAMP AS ordered_at, StockCode AS product_id,
                   Quantity::DECIMAL(18, 4) AS quantity,
                   (Quantity * UnitPrice)::DECIMAL(18, 4) AS amount
            FROM original
        ), written AS (
            SELECT order_id, customer_id, ordered_at, product_id, quantity, amount FROM real
        )
        SELECT (SELECT count(*) FROM (FROM published EXCEPT ALL FROM written)),
               (SELECT count(*) FROM (FROM written EXCEPT ALL FROM published)),
               (SELECT count(*) FROM written), (SELECT sum(amount) FROM written)""",
    )
    assert rows == [(0, 0, 541909, Decimal("9747747.9340"))]


def test_a_cancellation_is_an_order_of_its_own_that_takes_back(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        SELECT count(DISTINCT order_id), count(*), max(amount) < 0,
               count(DISTINCT customer_id) > 1500
        FROM orders WHERE order_id LIKE 'C%'""",
    )
    assert rows == [(3836, 9288, True, True)]


def test_generated_orders_stand_in_their_own_file_and_lie_before_the_real_year(
    demo: DemoFiles,
) -> None:
    rows = ask(
        demo,
        """
        SELECT min(a.first) >= DATE '2010-12-01', min(a.named) = 0 AND max(a.named) = 0,
               max(b.last) < DATE '2010-12-01', min(b.named) = max(b.lines)
        FROM (SELECT min(ordered_at) AS first, count(channel) AS named
              FROM real) AS a,
             (SELECT max(ordered_at) AS last, count(channel) AS named, count(*) AS lines
              FROM earlier) AS b""",
    )
    assert rows == [(True, True, True, True)]
    assert "orders before 2010-12-01" in demo.generated


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_read_without_a_rejected_row(demo_in: InLanguage, language: Language) -> None:
    demo = demo_in(language)
    sources = {table: Source(tuple(paths)) for table, paths in demo.tables.items()}
    with DuckDBEngine() as engine:
        dataset = read_dataset(engine, sources, ReadingOptions())
        for table in dataset.tables.values():
            assert (table.rows_rejected, table.rows_duplicate) == (0, 0), table.table.name
        orders = dataset.tables["orders"]
        assert orders.rows_unattributed == 135080
        assert orders.amount_unattributed == "1447682.1200"
        assert all(
            table.rows_unattributed == 0 for table in dataset.tables.values() if table is not orders
        )
        assert dataset.currency == demo.currency == "GBP"
        assert dataset.tables["customers"].attributes == (demo.attribute,)
        query = f"SELECT count(*), count(category), count(cost) FROM {orders.relation}"
        ((lines, with_category, with_cost),) = engine.rows(query)
        assert lines == with_category == with_cost


def test_every_real_customer_is_there_once_with_a_country_of_the_data(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        SELECT count(*), count(DISTINCT customer_id),
               count(*) FILTER (WHERE customer_id IN
                   (SELECT DISTINCT CustomerID::VARCHAR FROM original)),
               count(*) FILTER (WHERE generated = 'yes')
        FROM customers""",
    )
    assert rows == [(5052, 5052, 4372, 5052)]
    countries = ask(
        demo,
        """
        SELECT c.customer_id, c.country FROM customers AS c
        WHERE c.customer_id IN ('12346', '14911', '12347', '12431') ORDER BY ALL""",
    )
    assert countries == [
        ("12346", "United Kingdom"),
        ("12347", "Iceland"),
        ("12431", "Australia"),
        ("14911", "Ireland"),
    ]


def test_customers_were_entered_before_they_bought(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        SELECT count(*) FROM customers JOIN
            (SELECT customer_id, min(ordered_at) AS first
             FROM orders GROUP BY ALL) USING (customer_id)
        WHERE created_on > first OR status = 'prospect'""",
    )
    assert rows == [(0,)]


def test_prospects_have_never_bought_and_say_what_they_may_need(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        SELECT count(*), count(expected_demand), count(source), count(owner)
        FROM customers WHERE status = 'prospect'""",
    )
    assert rows == [(360, 360, 360, 360)]


def test_each_order_on_account_has_one_invoice_of_its_amount(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        WITH due AS (
            SELECT order_id, customer_id, min(ordered_at)::DATE AS issued_on, sum(amount) AS amount
            FROM orders
            JOIN customers USING (customer_id)
            WHERE payment_terms <> 'prepaid' GROUP BY ALL HAVING sum(amount) <> 0
        )
        SELECT count(*) > 20000,
               count(*) FILTER (WHERE order_id IS NULL OR invoice_id IS NULL)
        FROM due FULL JOIN (FROM receivables) AS invoice
        ON order_id = invoice_id AND due.customer_id = invoice.customer_id
           AND due.amount = invoice.amount AND due.issued_on = invoice.issued_on""",
    )
    assert rows == [(True, 0)]


def test_invoices_fall_due_by_the_terms_and_are_settled_in_time_late_or_not_at_all(
    demo: DemoFiles,
) -> None:
    rows = ask(
        demo,
        """
        SELECT count(*) FILTER (WHERE amount > 0 AND
                   due_on - issued_on <> regexp_extract(payment_terms, '[0-9]+')::INTEGER),
               count(*) FILTER (WHERE settled_on < issued_on OR settled_on > DATE '2011-12-09'),
               count(*) FILTER (WHERE settled_amount > amount AND amount > 0),
               count(*) FILTER (WHERE settled_on <= due_on) > 1000,
               count(*) FILTER (WHERE settled_on > due_on) > 1000,
               count(*) FILTER (WHERE settled_on IS NULL AND due_on < DATE '2011-11-30') > 200,
               count(*) FILTER (WHERE disputed) > 100,
               count(*) FILTER (WHERE settled_on IS NULL AND settled_amount > 0) > 20
        FROM receivables JOIN customers USING (customer_id)""",
    )
    assert rows == [(0, 0, 0, True, True, True, True, True)]


def test_products_cost_less_than_their_usual_price(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        SELECT count(*) FILTER (WHERE unit_cost >= price), count(*) FILTER (WHERE unit_cost < 0)
        FROM products JOIN (
            SELECT StockCode AS product_id, mode(UnitPrice) AS price FROM original
            WHERE UnitPrice > 0 AND Quantity > 0 GROUP BY ALL HAVING count(*) > 50
        ) USING (product_id)""",
    )
    assert rows == [(0, 0)]


def test_all_facts_name_known_customers_and_products(demo: DemoFiles) -> None:
    facts = ("receivables", "interactions", "cases", "surveys", "assessments", "earlier")
    for table in facts:
        query = f"SELECT count(*) FROM {table} ANTI JOIN customers USING (customer_id)"
        assert ask(demo, query) == [(0,)], table
    rows = ask(
        demo,
        """
        SELECT count(*) FROM (FROM cases WHERE product_id IS NOT NULL)
        ANTI JOIN products USING (product_id)""",
    )
    assert rows == [(0,)]


def test_customers_fit_every_class_that_needs_what_is_generated(demo: DemoFiles) -> None:
    sizes = ask(
        demo,
        """
        SELECT count(*) FILTER (WHERE employees >= 1000) >= 20,
               count(*) FILTER (WHERE employees BETWEEN 300 AND 999) >= 100,
               count(*) FILTER (WHERE employees < 300) >= 1000,
               count(DISTINCT industry) >= 10, count(DISTINCT region) >= 40,
               count(*) FILTER (WHERE kind = 'person') >= 500
        FROM customers""",
    )
    assert sizes == [(True,) * 6]


def test_the_silent_are_less_satisfied_and_the_unhappy_complain(demo: DemoFiles) -> None:
    rows = ask(
        demo,
        """
        WITH last AS (
            SELECT customer_id, max(ordered_at) < '2011-08-01' AS silent
            FROM orders WHERE amount > 0 GROUP BY ALL
        ), answers AS (
            SELECT customer_id, avg(score * 100 / scale_max) AS mood
            FROM surveys GROUP BY ALL
        ), complaints AS (
            SELECT customer_id FROM cases WHERE kind = 'complaint' GROUP BY ALL
        )
        SELECT avg(mood) FILTER (WHERE silent) + 5 < avg(mood) FILTER (WHERE NOT silent),
               avg(mood) FILTER (WHERE c.customer_id IS NOT NULL) + 5
                   < avg(mood) FILTER (WHERE c.customer_id IS NULL)
        FROM answers JOIN last USING (customer_id)
        LEFT JOIN complaints AS c ON c.customer_id = answers.customer_id""",
    )
    assert rows == [(True, True)]


def test_addresses_of_mail_and_telephones_are_reserved_for_examples(demo: DemoFiles) -> None:
    rows = ask(demo, "SELECT email, phone FROM customers")
    for email, phone in rows:
        assert str(email).endswith(".example")
        assert phone is None or _FICTION.fullmatch(str(phone)), phone


def test_companies_have_names_of_their_own(demo_in: InLanguage) -> None:
    for language in LANGUAGES:
        rows = ask(
            demo_in(language),
            "SELECT count(*) = count(DISTINCT name) FROM customers WHERE kind = 'company'",
        )
        assert rows == [(True,)]


_SPOKEN = {
    "customers": "name country region city industry ownership_type payment_terms owner team source",
    "interactions": "direction contact purpose result employee",
    "cases": "severity channel resolution",
    "products": "category",
    "markets": "main_competitor region category",
    "orders": "channel",
}


def test_what_people_read_is_in_their_language(demo_in: InLanguage) -> None:
    for table, columns in _SPOKEN.items():
        for column in columns.split():
            for language in LANGUAGES:
                values = pq.read_table(demo_in(language).tables[table][-1])[column].drop_null()
                words = [str(value) for value in values.unique().to_pylist()]
                assert words
                for word in words:
                    assert bool(_CHINESE.search(word)) is (language == "zh"), (column, word)


def figures(demo: DemoFiles, table: str) -> pa.Table:
    data = pq.read_table(demo.tables[table][-1])
    kept = [f.name for f in data.schema if f.type != pa.string() or f.name.endswith("_id")]
    return data.select(kept)


def test_the_figures_are_the_same_in_both_languages(demo_in: InLanguage) -> None:
    for table in demo_in("en").tables:
        assert figures(demo_in("en"), table).equals(figures(demo_in("zh"), table)), table


def test_what_is_generated_is_named(demo: DemoFiles) -> None:
    real = {
        ("customers", "customer_id"),
        ("customers", "country"),
        ("products", "product_id"),
        ("products", "name"),
        ("customers", demo.attribute),
    }
    for table, paths in demo.tables.items():
        if table in demo.generated or table == "orders":
            continue
        for column in pq.read_schema(paths[0]).names:
            assert (f"{table}.{column}" in demo.generated) is ((table, column) not in real)


def digest(directory: Path) -> str:
    """Return a digest of the content of every generated file, whatever wrote the Parquet."""
    total = hashlib.sha256()
    for path in sorted(directory.glob("*.parquet")):
        if path.name == "orders.parquet":
            continue
        rows = duckdb.execute("FROM read_parquet(?)", [str(path)]).fetchall()
        total.update(path.name.encode() + repr(rows).encode())
    return total.hexdigest()


def test_the_companion_is_the_same_whatever_the_hash_seed_and_the_time_zone(
    demo: DemoFiles, tmp_path: Path
) -> None:
    program = (
        "import sys, pathlib; from kefen.demo import write_demo_files; "
        "write_demo_files(pathlib.Path(sys.argv[1]), 'en')"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=environment, check=True)
    assert digest(tmp_path) == digest(demo.directory)


def test_the_companion_has_not_changed_unnoticed(demo: DemoFiles) -> None:
    """The world of the tutorial and its pictures: a change of it is meant, and noted here."""
    assert digest(demo.directory) == COMPANION


COMPANION = "0b5e0e145e40fa4c06d7764b0b7f05bda67bce8f99167231190b704dab7b80a8"
