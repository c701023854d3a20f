"""The statements that find the cuts and grade every customer under every scheme."""

from __future__ import annotations

GRADING = (
    """CREATE MACRO exact(units) AS
        CAST(CAST(units AS DECIMAL(18, 0)) * 0.0001::DECIMAL(5, 4) AS DECIMAL(18, 4))""",
    """CREATE TEMP TABLE metrics AS
        SELECT measured.*, exact(purchases_ahead) AS expected_purchases,
            exact(value_ahead) AS expected_purchase_value,
            -- Both are from 0: half up is half away from zero.
            exact((CAST(purchases_ahead AS HUGEINT) * value_ahead + 5000) // 10000)
                AS expected_revenue
        FROM measured POSITIONAL JOIN given""",
    # Cuts: the value at ascending rank ceil(i n / k); none where no value is known.
    """CREATE MACRO cuts(sorted, k) AS CASE WHEN len(sorted) > 0 THEN list_transform(range(1, k),
        lambda i: sorted[CAST((i * len(sorted) + k - 1) // k AS BIGINT)]) END""",
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
