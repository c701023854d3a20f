"""The main job as one would write it by hand: DuckDB SQL for this data and this standard alone.

It reads `customers.parquet` and `orders.parquet`, makes the checks that Kefen makes (required
values, known codes, equal rows once, one key one row, one order one customer, rows of unknown
customers counted and totalled), computes every metric that the default standard has on this data,
finds every cut, grades every scheme that runs, and writes the same tables in the same order. It
shares no code with Kefen but the two models (`modelled.py`): that its grades are equal is a check
of both.

Lines are aggregated three times: by order, which also settles the checks; by customer; and, those
of the window alone, by customer and category. One aggregation by order for all of it was slower:
it did not fit the memory. Orders that may hold a line twice are settled apart.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from modelled import expected_purchases, purchase_value

_LIVE = "status IS DISTINCT FROM 'cancelled' AND day <= $as_of"
_PURCHASE = f"""
    min(customer_id) AS customer_id,
    min(day) FILTER (WHERE {_LIVE}) AS purchased_on,
    sum(amount) FILTER (WHERE {_LIVE}) AS purchase_amount
"""
_LINES = """
    SELECT order_id, line, customer_id, CAST(ordered_at AS DATE) AS day, ordered_at, product_id,
        category, quantity, amount, cost, status FROM read_parquet($orders)
"""
_MEASURING = (
    # Customers: equal rows once, one row an id.
    """CREATE TEMP TABLE customers AS SELECT DISTINCT nullif(trim(customer_id), '') AS customer_id,
        name, created_on, nullif(trim(country), '') AS country,
        nullif(trim(industry), '') AS industry, employees FROM read_parquet($customers)""",
    """SELECT CASE WHEN count(*) <> count(DISTINCT customer_id)
        THEN error('a customer has two different rows, or no id') END FROM customers""",
    # All lines by order: every check of a row or an order, and the purchases.
    f"""CREATE TEMP TABLE orders AS SELECT order_id, {_PURCHASE}, count(*) AS rows_in_order,
        min(customer_id) IS DISTINCT FROM max(customer_id) AS two_customers,
        count(line) <> bit_count(bit_or(1::BIGINT << (line % 63))) AS suspect,
        bool_or(order_id IS NULL OR day IS NULL OR amount IS NULL
            OR status NOT IN ('completed', 'cancelled') OR order_id <> trim(order_id)
            OR customer_id <> trim(customer_id) OR product_id <> trim(product_id)
            OR category <> trim(category)) AS rejected
        FROM ({_LINES}) GROUP BY order_id""",
    """SELECT CASE WHEN bool_or(two_customers) THEN error('an order has two customers')
        WHEN bool_or(rejected) THEN error('rows are rejected') END FROM orders""",
    # The orders that may hold a line twice, without the copies.
    f"""CREATE TEMP TABLE settled AS SELECT DISTINCT * FROM ({_LINES})
        WHERE order_id IN (SELECT order_id FROM orders WHERE suspect)""",
    """SELECT CASE WHEN count(*) > 0 THEN error('a line has two different rows') END
        FROM (SELECT 1 FROM settled GROUP BY order_id, line HAVING count(*) > 1)""",
    """CREATE TEMP TABLE counted AS SELECT sum(rows_in_order) FILTER (WHERE suspect)
        - (SELECT count(*) FROM settled) AS duplicates, sum(rows_in_order) AS rows FROM orders""",
    f"""CREATE TEMP VIEW purchases AS
        SELECT customer_id, purchased_on, purchase_amount FROM orders WHERE NOT suspect
        UNION ALL
        SELECT {_PURCHASE} FROM settled GROUP BY order_id""",
    f"""CREATE TEMP VIEW lines AS
        SELECT * FROM ({_LINES})
        WHERE order_id NOT IN (SELECT order_id FROM orders WHERE suspect)
        UNION ALL FROM settled""",
    # All lines by customer: those of unknown customers are counted and totalled from the same pass.
    f"""CREATE TEMP TABLE bought AS SELECT customer_id, min(day) AS first_seen,
        count(*) AS rows, sum(amount) AS amount,
        sum(amount) FILTER (WHERE {_LIVE} AND day > $year) AS revenue,
        sum(amount) FILTER (WHERE {_LIVE} AND day > $two_years AND day <= $year) AS revenue_before,
        sum(amount) FILTER (WHERE {_LIVE} AND day > $half_year) AS revenue_recent,
        sum(amount - cost) FILTER (WHERE {_LIVE} AND day > $year) AS margin
        FROM lines GROUP BY customer_id""",
    """CREATE TEMP TABLE unattributed AS SELECT sum(rows) AS unattributed_rows,
        sum(amount) AS unattributed_amount
        FROM bought ANTI JOIN customers USING (customer_id)""",
    # Categories: only lines in the window.
    f"""CREATE TEMP TABLE categories AS
        WITH summed AS (
            SELECT customer_id, category, sum(amount) AS amount, bool_or(amount > 0) AS bought
            FROM lines WHERE {_LIVE} AND day > $year AND category IS NOT NULL GROUP BY ALL
        )
        SELECT customer_id, count(*) FILTER (WHERE bought) AS categories,
            min({{'rank': -amount, 'category': category}}).category AS leading_category
        FROM summed GROUP BY customer_id""",
    """CREATE TEMP TABLE purchased AS SELECT customer_id,
        count(*) FILTER (WHERE purchase_amount > 0 AND purchased_on > $year) AS orders,
        count(*) FILTER (WHERE purchase_amount > 0 AND purchased_on > $two_years
            AND purchased_on <= $year) AS orders_before,
        count(*) FILTER (WHERE purchase_amount > 0) AS orders_ever,
        sum(purchase_amount) FILTER (WHERE purchase_amount > 0 AND purchased_on > $year)
            AS purchase_amount,
        min(purchased_on) FILTER (WHERE purchase_amount > 0) AS first_purchase_on,
        max(purchased_on) FILTER (WHERE purchase_amount > 0) AS last_purchase_on,
        count(*) FILTER (WHERE purchase_amount > 0 AND purchased_on > $q1) AS quarter_1_orders,
        count(*) FILTER (WHERE purchase_amount > 0 AND purchased_on > $half_year
            AND purchased_on <= $q1) AS quarter_2_orders,
        count(*) FILTER (WHERE purchase_amount > 0 AND purchased_on > $q3
            AND purchased_on <= $half_year) AS quarter_3_orders,
        count(*) FILTER (WHERE purchase_amount > 0 AND purchased_on > $year
            AND purchased_on <= $q3) AS quarter_4_orders
        FROM purchases GROUP BY customer_id""",
    "CREATE MACRO money(value) AS CAST(coalesce(value, 0) AS DECIMAL(18, 4))",
    # a / b for b above zero, rounded half up at four decimals, in whole numbers.
    """CREATE MACRO ratio(a, b) AS CAST(CASE WHEN a < 0 THEN -1 ELSE 1 END
        * ((abs(CAST(a * 10000 AS HUGEINT)) * 20000 + CAST(b * 10000 AS HUGEINT))
        // (2 * CAST(b * 10000 AS HUGEINT))) AS DECIMAL(38, 0)) * 0.0001::DECIMAL(5, 4)""",
    """CREATE TEMP TABLE measured AS
        SELECT *,
            CAST($as_of - last_purchase_on AS BIGINT) AS days_since_purchase,
            -- Up to a month's end every begun month is a whole one.
            (year($as_of) - year(first_purchase_on)) * 12
                + month($as_of) - month(first_purchase_on) AS tenure_months,
            CAST(CASE WHEN orders > 0 THEN ratio(purchase_amount, CAST(orders AS DECIMAL(18, 4)))
                END AS DECIMAL(18, 4)) AS average_purchase,
            CAST(CASE WHEN revenue_before > 0
                THEN ratio(revenue - revenue_before, revenue_before) END AS DECIMAL(18, 4))
                AS growth,
            CAST(CASE WHEN revenue > 0 THEN ratio(revenue_recent, revenue) END
                AS DECIMAL(18, 4)) AS trend,
            CAST(quarter_1_orders > 0 AS BIGINT) + CAST(quarter_2_orders > 0 AS BIGINT)
                + CAST(quarter_3_orders > 0 AS BIGINT) + CAST(quarter_4_orders > 0 AS BIGINT)
                AS active_quarters
        FROM (
            SELECT customer_id, money(revenue) AS revenue, money(revenue_before) AS revenue_before,
                money(revenue_recent) AS revenue_recent, money(margin) AS margin,
                coalesce(orders, 0) AS orders, coalesce(orders_before, 0) AS orders_before,
                coalesce(orders_ever, 0) AS orders_ever, money(purchase_amount) AS purchase_amount,
                first_purchase_on, last_purchase_on,
                coalesce(categories, 0) AS categories, leading_category,
                coalesce(quarter_1_orders, 0) AS quarter_1_orders,
                coalesce(quarter_2_orders, 0) AS quarter_2_orders,
                coalesce(quarter_3_orders, 0) AS quarter_3_orders,
                coalesce(quarter_4_orders, 0) AS quarter_4_orders,
                country, industry, employees
            FROM customers LEFT JOIN bought USING (customer_id)
            LEFT JOIN purchased USING (customer_id)
            LEFT JOIN categories USING (customer_id)
            WHERE created_on <= $as_of OR first_seen <= $as_of
                OR (created_on IS NULL AND first_seen IS NULL)
        ) ORDER BY customer_id""",
)
# One row a customer, in the order of the metrics; nothing for those whom a model is not about.
_HISTORIES = """SELECT customer_id,
    CASE WHEN last_purchase_on > first_purchase_on THEN orders_ever - 1 ELSE 0 END AS repeats,
    CAST(last_purchase_on - first_purchase_on AS BIGINT) AS last,
    CAST($as_of - first_purchase_on AS BIGINT) AS age,
    orders, CAST(CASE WHEN orders > 0 AND revenue > 0
        THEN ratio(revenue, CAST(orders AS DECIMAL(18, 4))) END * 10000 AS BIGINT) AS mean
    FROM measured"""
_GRADING = (
    """CREATE MACRO exact(units) AS
        CAST(CAST(units AS DECIMAL(18, 0)) * 0.0001::DECIMAL(5, 4) AS DECIMAL(18, 4))""",
    """CREATE TEMP TABLE metrics AS
        SELECT measured.*, exact(purchases_ahead) AS expected_purchases,
            exact(value_ahead) AS expected_purchase_value,
            -- Both are from 0: half up is half away from zero.
            exact((CAST(purchases_ahead AS HUGEINT) * value_ahead + 5000) // 10000)
                AS expected_revenue
        FROM measured POSITIONAL JOIN given""",
    # Cuts: the value at ascending rank ceil(i n / k).
    """CREATE MACRO cuts(sorted, k) AS list_transform(range(1, k),
        lambda i: sorted[CAST((i * len(sorted) + k - 1) // k AS BIGINT)])""",
    """CREATE TEMP TABLE learned AS SELECT count(*) AS population,
        cuts(list_sort(list(-days_since_purchase)), 5) AS recency,
        cuts(list_sort(list(orders)), 5) AS frequency,
        cuts(list_sort(list(revenue)), 5) AS monetary,
        cuts(list_sort(list(revenue)), 100) AS revenue,
        cuts(list_sort(list(margin)), 100) AS margin,
        cuts(list_sort(list(expected_revenue) FILTER (WHERE expected_revenue IS NOT NULL)), 100)
            AS expected,
        cuts(list_sort(list(growth) FILTER (WHERE growth IS NOT NULL)), 100) AS growth,
        cuts(list_sort(list(trend) FILTER (WHERE trend IS NOT NULL)), 100) AS trend,
        cuts(list_sort(list(categories)), 100) AS breadth,
        cuts(list_sort(list(categories)), 5) AS variety,
        cuts(list_sort(list(average_purchase)), 3) AS average_purchase,
        cuts(list_sort(list(orders)), 2) AS orders
        FROM metrics WHERE orders > 0""",
    """CREATE TEMP TABLE pareto AS
        WITH summed AS (
            SELECT revenue, sum(revenue) AS own FROM metrics WHERE revenue > 0 GROUP BY revenue
        ), placed AS (
            SELECT revenue, sum(own) OVER (ORDER BY revenue DESC) - own AS larger,
                sum(own) OVER () AS total FROM summed
        )
        SELECT any_value(total) AS total, min(revenue) FILTER (WHERE 5 * larger < 4 * total) AS a,
            min(revenue) FILTER (WHERE 20 * larger < 19 * total) AS b FROM placed""",
    """CREATE TEMP TABLE home AS SELECT country FROM metrics WHERE country IS NOT NULL
        GROUP BY country ORDER BY count(*) DESC, country LIMIT 1""",
    # 2 x position: cuts strictly below the value + cuts at or below it.
    *(
        f"""CREATE TEMP TABLE cut_{name} AS SELECT cut, min(n) - 1 AS below, max(n) AS up_to FROM
        (SELECT unnest({name}) AS cut, generate_subscripts({name}, 1) AS n FROM learned)
        GROUP BY cut"""
        for name in ("revenue", "margin", "expected", "growth", "trend", "breadth")
    ),
    """CREATE MACRO place(value, cut, below, up_to) AS CASE WHEN value IS NOT NULL THEN
        coalesce(CASE WHEN value = cut THEN below ELSE up_to END, 0) + coalesce(up_to, 0) END""",
    # Weight x position / 198 in ten-thousandths, rounded half up.
    "CREATE MACRO points(weight, position) AS coalesce((2 * weight * position + 198) // 396, 0)",
    """CREATE TEMP TABLE scored AS
        WITH placed AS (
            SELECT metrics.*,
                place(metrics.revenue, a.cut, a.below, a.up_to) AS p_revenue,
                place(metrics.margin, b.cut, b.below, b.up_to) AS p_margin,
                place(metrics.growth, c.cut, c.below, c.up_to) AS p_growth,
                place(metrics.trend, d.cut, d.below, d.up_to) AS p_trend,
                place(metrics.categories, e.cut, e.below, e.up_to) AS p_breadth,
                place(metrics.expected_revenue, f.cut, f.below, f.up_to) AS p_expected
            FROM metrics
            ASOF LEFT JOIN cut_revenue AS a ON metrics.revenue >= a.cut
            ASOF LEFT JOIN cut_margin AS b ON metrics.margin >= b.cut
            ASOF LEFT JOIN cut_growth AS c ON metrics.growth >= c.cut
            ASOF LEFT JOIN cut_trend AS d ON metrics.trend >= d.cut
            ASOF LEFT JOIN cut_breadth AS e ON metrics.categories >= e.cut
            ASOF LEFT JOIN cut_expected AS f ON metrics.expected_revenue >= f.cut
            WHERE orders > 0
        ), weighted AS (
            -- 20 points for expected revenue 10, growth 4, trend 2, breadth 2, as far as known.
            SELECT *, CASE
                WHEN expected_revenue IS NULL THEN CASE
                    WHEN growth IS NULL AND trend IS NULL THEN [0, 0, 0, 200000]
                    WHEN growth IS NULL THEN [0, 0, 100000, 100000]
                    WHEN trend IS NULL THEN [0, 133333, 0, 66667]
                    ELSE [0, 100000, 50000, 50000] END
                WHEN growth IS NULL AND trend IS NULL THEN [166667, 0, 0, 33333]
                WHEN growth IS NULL THEN [142857, 0, 28572, 28571]
                WHEN trend IS NULL THEN [125000, 50000, 0, 25000]
                ELSE [111111, 44445, 22222, 22222] END AS weights
            FROM placed
        ), valued AS (
            SELECT customer_id, CAST(CAST(points(492308, p_revenue) + points(307692, p_margin)
                + points(weights[1], p_expected) + points(weights[2], p_growth)
                + points(weights[3], p_trend) + points(weights[4], p_breadth)
                AS DECIMAL(18, 0)) * 0.0001::DECIMAL(5, 4)
                AS DECIMAL(18, 4)) AS value_score
            FROM weighted
        ), ranked AS (
            SELECT metrics.*, value_score, home.country AS home_country,
                CASE WHEN metrics.orders > 0
                    THEN 1 + len(list_filter(recency, lambda c: c < -days_since_purchase)) END AS r,
                CASE WHEN metrics.orders > 0
                    THEN 1 + len(list_filter(frequency, lambda c: c < metrics.orders)) END AS f,
                CASE WHEN metrics.orders > 0
                    THEN 1 + len(list_filter(monetary, lambda c: c < metrics.revenue)) END AS m,
                CASE WHEN metrics.orders > 0 THEN 1 + len(list_filter(learned.average_purchase,
                    lambda c: c < metrics.average_purchase)) END AS power,
                CASE WHEN metrics.orders > 0
                    THEN 1 + CAST(metrics.orders > learned.orders[1] AS BIGINT) END AS often,
                CASE WHEN metrics.orders > 0 THEN 1 + len(list_filter(learned.variety,
                    lambda c: c < metrics.categories)) END AS variety,
                CASE WHEN metrics.revenue <= 0 THEN NULL WHEN metrics.revenue >= pareto.a THEN 'A'
                    WHEN metrics.revenue >= pareto.b THEN 'B' ELSE 'C' END AS abc,
                CASE WHEN value_score >= 80 THEN 'A' WHEN value_score >= 50 THEN 'B'
                    WHEN value_score IS NOT NULL THEN 'C' END AS value_index,
                CASE WHEN first_purchase_on IS NULL THEN 'prospect'
                    WHEN metrics.orders = 0 THEN 'lost'
                    WHEN first_purchase_on <= $year AND orders_before = 0 THEN 'won_back'
                    WHEN days_since_purchase > 180 OR (orders_ever >= 3
                        AND days_since_purchase > 30 AND days_since_purchase * (orders_ever - 1)
                        > 3 * (last_purchase_on - first_purchase_on)) THEN 'at_risk'
                    WHEN tenure_months >= 36 THEN 'long_standing'
                    WHEN tenure_months >= 12 THEN 'retained'
                    WHEN orders_ever = 1 THEN 'new' ELSE 'satisfied' END AS lifecycle
            FROM metrics LEFT JOIN valued USING (customer_id), learned, pareto
            LEFT JOIN home ON true
        )
        SELECT customer_id, revenue, orders, employees, r, f, m, power, often, variety,
            active_quarters,
            abc, value_index, value_score, lifecycle, industry, leading_category,
            CASE WHEN orders > 0 THEN CASE
                WHEN r = 5 AND f >= 4 THEN 'champions' WHEN r IN (3, 4) AND f >= 4 THEN 'loyal'
                WHEN r >= 4 AND f IN (2, 3) THEN 'potential_loyalists'
                WHEN r = 5 THEN 'new' WHEN r = 4 THEN 'promising'
                WHEN r = 3 AND f = 3 THEN 'need_attention' WHEN r = 3 THEN 'about_to_sleep'
                WHEN f = 5 THEN 'cannot_lose' WHEN f >= 3 THEN 'at_risk'
                ELSE 'hibernating' END END AS rfm,
            CASE WHEN country IS NULL THEN NULL WHEN country = home_country THEN 'domestic'
                ELSE 'international' END AS region,
            CASE WHEN employees >= 1000 THEN 'large' WHEN employees >= 300 THEN 'medium'
                WHEN employees IS NOT NULL THEN 'small' END AS size,
            CASE WHEN orders = 0 THEN NULL WHEN active_quarters >= 3 THEN 'loyal'
                WHEN active_quarters >= 2 THEN 'potential' ELSE 'occasional' END AS loyalty,
            CASE WHEN orders = 0 THEN NULL WHEN variety >= 5 THEN 'special'
                ELSE 'basic' END AS need,
            CASE WHEN abc IS NULL AND value_index IS NULL THEN NULL
                WHEN abc = 'A' AND value_index = 'A' AND lifecycle NOT IN ('lost', 'at_risk')
                    THEN 'core'
                WHEN abc = 'A' OR value_index = 'A' OR (abc = 'B' AND value_index = 'B')
                    THEN 'important' ELSE 'general' END AS tier
        FROM ranked ORDER BY customer_id""",
)
_NO_PURCHASE = "no_purchase_in_window"
# Scheme, grade, score, text, reason of those without a grade.
_SCHEMES = (
    ("abc", "abc", "revenue", None, "revenue_not_positive"),
    ("rfm", "rfm", None, "concat_ws('-', r, f, m)", _NO_PURCHASE),
    ("value_index", "value_index", "value_score", None, _NO_PURCHASE),
    (
        "purchasing_power",
        "CASE power WHEN 3 THEN 'high' WHEN 2 THEN 'medium' WHEN 1 THEN 'low' END",
        "power",
        None,
        _NO_PURCHASE,
    ),
    (
        "frequency",
        "CASE often WHEN 2 THEN 'high' WHEN 1 THEN 'low' END",
        "often",
        None,
        _NO_PURCHASE,
    ),
    ("region", "region", None, None, "country_unknown"),
    ("industry", "industry", None, None, "industry_unknown"),
    ("size", "size", "employees", None, "employees_unknown"),
    ("loyalty", "loyalty", "active_quarters", None, _NO_PURCHASE),
    ("product", "leading_category", None, None, "no_category_in_window"),
    ("need", "need", "variety", None, _NO_PURCHASE),
    ("lifecycle", "lifecycle", None, None, ""),
    ("tier", "tier", None, None, _NO_PURCHASE),
)


def grade_by_hand(
    customers: Path, orders: Path, as_of: str, out: Path, memory: str = "2GB"
) -> None:
    """Grade two Parquet files and write `grades.parquet`, `metrics.parquet`, `calibration.json`.

    Args:
        customers: The customers.
        orders: The order lines.
        as_of: The as-of date, a month's end.
        out: The directory for the results; made if it is missing.
        memory: What DuckDB may hold before it spills, as it writes sizes.

    Raises:
        duckdb.InvalidInputException: A check failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(out / "scratch.duckdb")) as connection:
        connection.execute("SET memory_limit = ?", [memory])
        values = _values(connection, as_of) | {"customers": str(customers), "orders": str(orders)}
        for statement in _MEASURING:
            connection.execute(_filled(statement, values))
        connection.register("given", _given(connection, _filled(_HISTORIES, values)))
        for statement in _GRADING:
            connection.execute(_filled(statement, values))
        connection.sql("FROM metrics").write_parquet(
            str(out / "metrics.parquet"), compression="zstd"
        )
        connection.sql(
            " UNION ALL ".join(_grades_of(*scheme) for scheme in _SCHEMES)
        ).write_parquet(str(out / "grades.parquet"), compression="zstd")
        calibration = connection.sql("FROM learned, pareto, home, counted, unattributed")
        row = calibration.fetchall()[0]
        content = dict(zip(calibration.columns, row, strict=True))
        (out / "calibration.json").write_text(json.dumps(content, default=str, indent=2))
    (out / "scratch.duckdb").unlink()


def _given(connection: duckdb.DuckDBPyConnection, histories: str) -> pa.Table:
    """Return what the models give in ten-thousandths, a row a customer, in the order of metrics."""
    found = connection.sql(histories).to_arrow_table()
    # Without a purchase there is no history, without revenue no value of a purchase.
    ever, lately = (found[name].is_valid().to_numpy() for name in ("age", "mean"))
    buyers, recent = found.filter(pa.array(ever)), found.filter(pa.array(lately))
    purchases = expected_purchases(
        buyers["customer_id"].to_pylist(),
        *(buyers[name].to_numpy() for name in ("repeats", "last", "age")),
    )
    value = purchase_value(
        recent["customer_id"].to_pylist(), recent["orders"].to_numpy(), recent["mean"].to_numpy()
    )
    return pa.table(
        {"purchases_ahead": _placed(purchases, ever), "value_ahead": _placed(value, lately)}
    )


def _placed(given: np.ndarray | None, whose: np.ndarray) -> pa.Array:
    """Return a column with numbers for those they belong to, and nothing for the others."""
    column = np.zeros(len(whose), dtype=np.int64)
    if given is None:
        return pa.array(column, mask=np.ones(len(whose), dtype=bool))
    column[whose] = given
    return pa.array(column, mask=~whose)


def _values(connection: duckdb.DuckDBPyConnection, as_of: str) -> dict[str, str]:
    """Return the edges of the windows: month ends before a month's end."""
    months = {"as_of": 0, "q1": 3, "half_year": 6, "q3": 9, "year": 12, "two_years": 24}
    found = {}
    for name, count in months.items():
        row = connection.execute(
            "SELECT last_day(CAST(? AS DATE) - to_months(?))", [as_of, count]
        ).fetchone()
        found[name] = str(row[0]) if row else ""
    return found


def _filled(statement: str, values: dict[str, str]) -> str:
    for name, value in sorted(values.items(), key=lambda item: -len(item[0])):
        kind = "" if name in ("customers", "orders") else "DATE "
        statement = statement.replace(f"${name}", f"{kind}'{value}'")
    return statement


def _grades_of(scheme: str, grade: str, score: str | None, text: str | None, reason: str) -> str:
    return f"""
        SELECT customer_id, '{scheme}' AS scheme, {grade} AS grade,
            CASE WHEN {grade} IS NOT NULL THEN CAST({score or "NULL"} AS DECIMAL(18, 4)) END
                AS score,
            CASE WHEN {grade} IS NOT NULL THEN {text or "CAST(NULL AS VARCHAR)"} END AS score_text,
            CASE WHEN {grade} IS NULL THEN '{reason}' END AS reason,
            CASE WHEN {grade} IS NOT NULL THEN 'normal' END AS confidence
        FROM scored"""


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    parser.add_argument("--memory", default="2GB", help="what DuckDB may hold before it spills")
    given = parser.parse_args()
    grade_by_hand(given.customers, given.orders, given.as_of, given.out, given.memory)


if __name__ == "__main__":
    main()
