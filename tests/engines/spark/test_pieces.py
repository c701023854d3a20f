"""Questions taken apart give what the whole gives; what pieces cannot do is refused."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from kefen.engines.spark.combining import PARTS, NotInPiecesError, take_apart
from kefen.engines.spark.placement import EVERYWHERE, VALUES, Placement, placement_of

QUESTIONS = (
    "SELECT count(*), sum(v), min(v), max(v), count(v) FILTER (WHERE k > 1) FROM t",
    "SELECT coalesce(sum(v), 0) + 1, [min(k), max(k)], bool_or(v > 3) FROM t",
    "SELECT k, count(*) AS n FROM t GROUP BY k HAVING count(*) > 1 ORDER BY n DESC, k LIMIT 2",
    "SELECT (v >> 1) AS bin, count(*), sum(v) FROM t WHERE v IS NOT NULL GROUP BY 1 ORDER BY 1",
    "SELECT DISTINCT k FROM t ORDER BY 1",
    "SELECT k FROM t ORDER BY v DESC, k, c LIMIT 3",
    "SELECT k, v, c FROM t ORDER BY k, v, c LIMIT 2 OFFSET 1",
)
KNOWN = {
    "facts": Placement(frozenset({("customer_id", VALUES)})),
    "customers": Placement(frozenset({("customer_id", VALUES)})),
    "orders": Placement(frozenset({("order_id", VALUES)})),
    "products": EVERYWHERE,
}


@pytest.mark.parametrize("question", QUESTIONS)
@given(rows=st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(-5, 9)), max_size=12))
def test_pieces_answer_what_the_whole_answers(
    question: str, rows: list[tuple[int, int | None]]
) -> None:
    apart = take_apart(sqlglot.parse_one(question, read="duckdb"))  # type: ignore[arg-type]
    with duckdb.connect() as whole:
        whole.execute("CREATE TABLE t (k INTEGER, v BIGINT, c INTEGER)")
        whole.execute(f'CREATE TABLE "{PARTS}" AS SELECT * FROM ({apart.partial}) LIMIT 0')
        for place in range(3):
            whole.execute("DELETE FROM t")
            for number, (k, v) in enumerate(rows):
                if number % 3 == place:
                    whole.execute("INSERT INTO t VALUES (?, ?, ?)", [k, v, number])
            whole.execute(f'INSERT INTO "{PARTS}" {apart.partial}')
        whole.execute("DELETE FROM t")
        for number, (k, v) in enumerate(rows):
            whole.execute("INSERT INTO t VALUES (?, ?, ?)", [k, v, number])
        if apart.combine is not None:
            whole.execute(f"CREATE TABLE combined AS {apart.combine}")
            apart_final = apart.final.replace(f'"{PARTS}"', "combined")
        else:
            apart_final = apart.final
        assert whole.execute(apart_final).fetchall() == whole.execute(question).fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT median(v) FROM facts",
        "SELECT count(DISTINCT v) FROM facts",
        "SELECT v, row_number() OVER (ORDER BY v) FROM facts",
    ],
)
def test_what_does_not_combine_is_refused(sql: str) -> None:
    with pytest.raises(NotInPiecesError):
        take_apart(sqlglot.parse_one(sql, read="duckdb"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT facts.* FROM facts JOIN orders ON facts.customer_id = orders.customer_id",
        "SELECT order_id, sum(amount) AS s FROM facts GROUP BY order_id",
        "SELECT *, row_number() OVER (PARTITION BY order_id) AS n FROM facts",
        "SELECT DISTINCT order_id FROM facts",
        "SELECT customer_id FROM facts LIMIT 5",
        "SELECT customer_id FROM facts WHERE order_id IN (SELECT order_id FROM orders)",
        "SELECT products.* FROM products LEFT JOIN facts ON products.id = facts.product_id",
    ],
)
def test_relations_that_pieces_cannot_make_are_refused(sql: str) -> None:
    with pytest.raises(NotInPiecesError):
        placement_of(sqlglot.parse_one(sql, read="duckdb"), KNOWN)


@pytest.mark.parametrize(
    ("sql", "by"),
    [
        (
            "SELECT f.* FROM facts AS f JOIN customers AS c ON f.customer_id = c.customer_id",
            "customer_id",
        ),
        ("SELECT customer_id AS who, sum(a) AS s FROM facts GROUP BY customer_id", "who"),
        (
            "SELECT f.* FROM facts AS f LEFT JOIN products AS p ON f.product_id = p.id",
            "customer_id",
        ),
        ("SELECT hash(order_id) AS h, count(*) AS n FROM orders GROUP BY ALL", "h"),
    ],
)
def test_rows_of_one_customer_stay_together(sql: str, by: str) -> None:
    assert (by, VALUES) in placement_of(sqlglot.parse_one(sql, read="duckdb"), KNOWN).by
