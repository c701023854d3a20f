"""Native Spark SQL beside pieces of DuckDB: the same metrics of the main facts, in one session.

    python benchmarks/native_spark.py [--customers 100000] [--repeats 5] [--master 'local[2]']

Each way reads the same generated Parquet files, brings orders together by customer, computes eight
metrics a customer (revenue, purchases, first and last purchase, returns, lines, leading category,
months with an order) and writes them as Parquet. The two by turns; every value of every customer
must be equal, else the benchmark stops. Told are the medians and their ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from generate import AS_OF, generate
from kefen.engines.spark.engine import SparkEngine
from kefen.engines.spark.session import spark_session

if TYPE_CHECKING:
    from collections.abc import Callable

# One text for both: written so that DuckDB and Spark SQL mean the same by it.
VIEWS = {
    "lines": f"""
        SELECT customer_id, order_id, category, amount, CAST(ordered_at AS DATE) AS day FROM facts
        WHERE coalesce(status, 'completed') <> 'cancelled'
          AND CAST(ordered_at AS DATE) <= DATE '{AS_OF}'""",
    "purchases": """
        SELECT customer_id, order_id, min(day) AS day FROM lines
        GROUP BY customer_id, order_id HAVING sum(amount) > 0""",
    "bought": """
        SELECT customer_id, min(day) AS first_on, max(day) AS last_on,
               sum(CASE WHEN day > DATE '2024-12-31' THEN 1 ELSE 0 END) AS purchases
        FROM purchases GROUP BY customer_id""",
    "sold": """
        SELECT customer_id,
               sum(CASE WHEN day > DATE '2024-12-31' THEN amount ELSE 0 END) AS revenue,
               sum(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS returned,
               count(*) AS all_lines,
               count(DISTINCT year(day) * 12 + month(day)) AS months
        FROM lines GROUP BY customer_id""",
    "by_category": """
        SELECT customer_id, category, sum(amount) AS amount FROM lines
        WHERE category IS NOT NULL GROUP BY customer_id, category""",
    "placed": """
        SELECT customer_id, category,
               row_number() OVER (PARTITION BY customer_id ORDER BY amount DESC, category) AS place
        FROM by_category""",
    "leading": "SELECT customer_id, category FROM placed WHERE place = 1",
}
METRICS = """
SELECT s.customer_id, CAST(s.revenue AS DECIMAL(18, 4)) AS revenue,
       CAST(coalesce(b.purchases, 0) AS BIGINT) AS purchases, b.first_on, b.last_on,
       CAST(s.returned AS DECIMAL(18, 4)) AS returned, CAST(s.all_lines AS BIGINT) AS all_lines,
       CAST(s.months AS BIGINT) AS months, p.category AS leading_category
FROM sold AS s
LEFT JOIN bought AS b ON b.customer_id = s.customer_id
LEFT JOIN leading AS p ON p.customer_id = s.customer_id
"""


class ResultsDifferError(RuntimeError):
    """The two ways gave different metrics."""


def in_pieces(session: Any, orders: Path, out: Path) -> None:
    """Compute the metrics as Kefen does: one shuffle, DuckDB's SQL in the tasks."""
    with SparkEngine(session) as engine:
        engine.run(
            f'CREATE VIEW "orders" AS SELECT * FROM {engine.parquet([orders])} '
            "WHERE customer_id IS NOT NULL"
        )
        facts = engine.placed("orders", "customer_id")
        engine.run(f'CREATE VIEW "facts" AS SELECT * FROM "{facts}"')
        for name, query in VIEWS.items():
            engine.run(f'CREATE VIEW "{name}" AS {query}')
        engine.write_parquet(METRICS, out)


def natively(session: Any, orders: Path, out: Path) -> None:
    """Compute the metrics by Spark SQL alone, planned adaptively as is its default."""
    session.conf.set("spark.sql.adaptive.enabled", "true")
    session.read.parquet(str(orders)).where("customer_id IS NOT NULL").createOrReplaceTempView(
        "facts"
    )
    for name, query in VIEWS.items():
        session.sql(query).createOrReplaceTempView(name)
    session.sql(METRICS).write.parquet(str(out))


WAYS: dict[str, Callable[[Any, Path, Path], None]] = {
    "pieces": in_pieces,
    "native": natively,
}


def measure(customers: int, repeats: int, master: str) -> dict[str, Any]:
    """Return the seconds of each way, the ratio of their medians, and how many rows were equal.

    Raises:
        ResultsDifferError: A metric of a customer differs.
    """
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with tempfile.TemporaryDirectory() as folder, spark_session(master) as session:
        session.sparkContext.setLogLevel("OFF")
        work = Path(folder)
        _, orders = generate(customers, work / "data")
        written = {way: work / way for way in WAYS}
        for turn in range(repeats + 1):  # the first one warms up, and does not count
            for way, compute in WAYS.items():
                shutil.rmtree(written[way], ignore_errors=True)
                start = time.perf_counter()
                compute(session, orders, written[way])
                if turn:
                    seconds[way].append(time.perf_counter() - start)
        equal = _equal_rows(written)
        version = session.version
    medians = {way: statistics.median(taken) for way, taken in seconds.items()}
    return {
        "customers": customers,
        "equal_rows": equal,
        "repeats": repeats,
        "master": master,
        "spark": version,
        "duckdb": duckdb.__version__,
        "seconds": {way: round(median, 2) for way, median in medians.items()},
        "pieces_to_native": round(medians["pieces"] / medians["native"], 2),
    }


def _equal_rows(written: dict[str, Path]) -> int:
    pieces, native = (f"read_parquet('{written[way]}/*.parquet')" for way in ("pieces", "native"))
    with duckdb.connect() as connection:
        for one, other in ((pieces, native), (native, pieces)):
            rows = connection.execute(
                f"SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other} LIMIT 3"
            ).fetchall()
            if rows:
                raise ResultsDifferError(repr(rows))
        [(count,)] = connection.execute(f"SELECT count(*) FROM {pieces}").fetchall()
    return int(count)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.customers, asked.repeats, asked.master)
    if asked.json:
        print(json.dumps(found, indent=2))
        return 0
    print(f"{found['equal_rows']:,} customers, eight metrics, no difference")
    for way, median in found["seconds"].items():
        print(f"  {way:8} {median:7.2f} s, median of {found['repeats']}")
    print(f"  pieces take {found['pieces_to_native']:.2f} times the seconds of native Spark SQL")
    return 0


if __name__ == "__main__":
    sys.exit(main())
