"""The statements that check and count the rows, and measure every customer."""

from __future__ import annotations

CLEANING = (
    """CREATE MACRO trimmed(value) AS
        trim(value, chr(9) || chr(10) || chr(13) || ' ' || chr(160) || chr(12288)
            || chr(65279))""",
    "CREATE MACRO is_word(value) AS trimmed(value) IN ('NULL', '\\N')",
    """CREATE MACRO clean(value) AS
        nullif(nullif(nullif(trimmed(value), ''), 'NULL'), '\\N')""",
)
TEXTS = ("order_id", "customer_id", "product_id", "category", "status")
"""The columns of text of the lines."""
# Whether a column may hold text to clean. Text from `!` to the first wide blank neither begins
# with a blank nor is empty; the bounds are in the statistics of the file. `[-1]` costs a third of
# trimming every cell.
DOUBTS = (
    "SELECT "
    + ", ".join(
        f"""min({name}) < '!' OR max({name}) >= chr(160) OR min(unicode({name}[-1])) < 33
        OR max(unicode({name}[-1])) >= 160 OR bool_or({name} IN ('NULL', '\\N'))"""
        for name in TEXTS
    )
    + " FROM read_parquet($orders)"
)
_LIVE = "status IS DISTINCT FROM 'cancelled' AND day <= $as_of"
_MOST = 10**14
"""Numbers have at most 14 digits before the point."""
_PURCHASE = f"""
    min(customer_id) AS customer_id,
    min(day) FILTER (WHERE {_LIVE}) AS purchased_on,
    sum(amount) FILTER (WHERE {_LIVE}) AS purchase_amount
"""
# The lines, their text clean where `$clean_...` makes it so.
_LINES = """
    SELECT $clean_order_id AS order_id, line, $clean_customer_id AS customer_id,
        CAST(ordered_at AS DATE) AS day, ordered_at, $clean_product_id AS product_id,
        $clean_category AS category, quantity, amount, cost, $clean_status AS status
    FROM read_parquet($orders)
"""
MEASURING = (
    # Customers: equal rows once, one row an id.
    """CREATE TEMP TABLE customers AS SELECT DISTINCT clean(customer_id) AS customer_id,
        clean(name) AS name, created_on, clean(country) AS country, clean(industry) AS industry,
        employees FROM read_parquet($customers)""",
    """CREATE TEMP TABLE counted_customers AS SELECT count(*) AS customer_rows,
        count(*) - (SELECT count(*) FROM customers) AS customer_duplicates
        FROM read_parquet($customers)""",
    """SELECT CASE WHEN count(*) <> count(customer_id) THEN error('rows are rejected')
        WHEN count(*) <> count(DISTINCT customer_id)
        THEN error('a customer has two different rows') END FROM customers""",
    # All lines by order: every check of a row or an order, and the purchases.
    f"""CREATE TEMP TABLE orders AS SELECT order_id, {_PURCHASE}, count(*) AS rows_in_order,
        min(customer_id) IS DISTINCT FROM max(customer_id) AS two_customers,
        count(line) <> bit_count(bit_or(1::BIGINT << (line % 63))) AS suspect,
        bool_or(order_id IS NULL OR day IS NULL OR amount IS NULL
            OR status NOT IN ('completed', 'cancelled') OR abs(quantity) >= {_MOST}
            OR abs(amount) >= {_MOST} OR abs(cost) >= {_MOST}) AS rejected
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
        sum(amount - cost) FILTER (WHERE {_LIVE} AND day > $year) AS margin,
        bit_or(1 << month(day)) FILTER (WHERE {_LIVE} AND day > $year) AS months
        FROM lines GROUP BY customer_id""",
    """CREATE TEMP TABLE unattributed AS SELECT sum(rows) AS unattributed_rows,
        sum(amount) AS unattributed_amount,
        -- Ids such as `12346.0` that are those of customers without the `.0`.
        count(*) FILTER (WHERE regexp_full_match(customer_id, '[0-9]+\\.0+')
            AND regexp_replace(customer_id, '\\.0+$', '') IN (SELECT customer_id FROM customers))
            AS ids_with_decimals
        FROM bought ANTI JOIN customers USING (customer_id)""",
    """CREATE TEMP TABLE covered AS SELECT bit_count(bit_or(months)) AS months
        FROM bought SEMI JOIN customers USING (customer_id)""",
    """CREATE TEMP TABLE undated AS SELECT count(*) AS undated
        FROM customers LEFT JOIN bought USING (customer_id)
        WHERE created_on IS NULL AND first_seen IS NULL""",
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
HISTORIES = """SELECT customer_id,
    CASE WHEN last_purchase_on > first_purchase_on THEN orders_ever - 1 ELSE 0 END AS repeats,
    CAST(last_purchase_on - first_purchase_on AS BIGINT) AS last,
    CAST($as_of - first_purchase_on AS BIGINT) AS age,
    orders, CAST(CASE WHEN orders > 0 AND revenue > 0
        THEN ratio(revenue, CAST(orders AS DECIMAL(18, 4))) END * 10000 AS BIGINT) AS mean
    FROM measured"""
