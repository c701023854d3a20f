"""The queries that give the results, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

_FEW = 50
"""Below so many customers graded together the grades of a scheme are of low confidence."""
_BY_ATTRIBUTES = ("region", "industry", "size")
"""Schemes that do not rest on orders."""
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
ALERTS = """
    SELECT customer_id, 'near_demotion' AS alert, 'medium' AS severity, 'new' AS state,
        $as_of AS first_seen
    FROM scored WHERE value_index = 'A' AND value_score < 83
    UNION ALL
    SELECT customer_id, 'order_gap', 'high', 'new', $as_of FROM metrics
    WHERE orders > 0 AND orders_ever >= 3 AND days_since_purchase > 30
        AND days_since_purchase * (orders_ever - 1) > 3 * (last_purchase_on - first_purchase_on)
    UNION ALL
    SELECT customer_id, 'rising_star', 'chance', 'new', $as_of
    FROM scored JOIN metrics USING (customer_id)
    WHERE abc = 'C' AND metrics.orders >= 2 AND trend >= 0.7
        AND quarter_1_orders >= quarter_2_orders AND quarter_1_orders > 0
    ORDER BY alert, customer_id
"""


def grades(calibration: dict[str, Any], months: int) -> str:
    """Return the query for a row for each customer and scheme.

    Args:
        calibration: What each scheme grades by, and how many customers.
        months: Of the 12 months of the window those that have a line.
    """
    return " UNION ALL ".join(
        _grades_of(*scheme, "low" if _is_low(scheme[0], calibration, months) else "normal")
        for scheme in _SCHEMES
    )


def _is_low(scheme: str, calibration: dict[str, Any], months: int) -> bool:
    is_thin = scheme not in _BY_ATTRIBUTES and months < 6
    return is_thin or calibration[scheme]["population"] < _FEW


def _grades_of(
    scheme: str, grade: str, score: str | None, text: str | None, reason: str, confidence: str
) -> str:
    return f"""
        SELECT customer_id, '{scheme}' AS scheme, {grade} AS grade,
            CASE WHEN {grade} IS NOT NULL THEN CAST({score or "NULL"} AS DECIMAL(18, 4)) END
                AS score,
            CASE WHEN {grade} IS NOT NULL THEN {text or "CAST(NULL AS VARCHAR)"} END AS score_text,
            CASE WHEN {grade} IS NULL THEN '{reason}' END AS reason,
            CASE WHEN {grade} IS NOT NULL THEN '{confidence}' END AS confidence
        FROM scored"""


def calibration(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return by scheme how many customers it grades, and what it grades them by."""
    found = _row(connection, "FROM learned, pareto")
    home = connection.sql("FROM home").fetchall()
    counts = _row(
        connection,
        """SELECT count(*) AS lifecycle, count(*) FILTER (WHERE revenue > 0) AS abc,
            count(*) FILTER (WHERE orders > 0 OR revenue > 0) AS tier, count(country) AS region,
            count(industry) AS industry, count(employees) AS size,
            count(leading_category) AS product FROM metrics""",
    )
    of_all = {scheme: {"population": count} for scheme, count in counts.items()}
    of_buyers = {"population": found["population"]}
    indicators = ("revenue", "margin", "expected", "growth", "trend", "breadth")
    return of_all | {
        "abc": of_all["abc"]
        | {"total": found["total"], "smallest": {"A": found["a"], "B": found["b"]}},
        "rfm": of_buyers
        | {
            "cuts": {
                # Later is better; kept as days before the as-of date.
                "R": [-days for days in found["recency"]],
                "F": found["frequency"],
                "M": found["monetary"],
            }
        },
        "value_index": of_buyers | {"cuts": {name: found[name] for name in indicators}},
        "purchasing_power": of_buyers | {"cuts": {"average_purchase": found["average_purchase"]}},
        "frequency": of_buyers | {"cuts": {"orders": found["orders"]}},
        "region": of_all["region"]
        | {"learned": {"home_country": {"text": home[0][0] if home else None}}},
        "loyalty": of_buyers,
        "need": of_buyers | {"cuts": {"breadth": found["variety"]}},
    }


def classes(
    connection: duckdb.DuckDBPyConnection, learned: dict[str, Any], months: int
) -> dict[str, list[dict[str, Any]]]:
    """Return by scheme the customers and the revenue of each class, and of each reason for none.

    Args:
        connection: Where the customers are graded.
        learned: What `calibration` gives.
        months: Of the 12 months of the window those that have a line.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    for scheme, grade, _, _, reason in _SCHEMES:
        low = int(_is_low(scheme, learned, months))
        counted = connection.sql(
            f"""SELECT {grade} AS grade, CASE WHEN {grade} IS NULL THEN '{reason}' END AS reason,
                count(*) AS customers, sum(revenue) AS revenue, count(revenue) AS revenue_of,
                {low} * count({grade}) AS low_confidence FROM scored GROUP BY ALL"""
        )
        told[scheme] = [dict(zip(counted.columns, row, strict=True)) for row in counted.fetchall()]
    return told


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return what was counted on the way: rows, copies, rows of nobody, months, customers."""
    return _row(connection, "FROM counted, counted_customers, unattributed, covered, undated")


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    found = connection.sql(query)
    return dict(zip(found.columns, found.fetchall()[0], strict=True))
