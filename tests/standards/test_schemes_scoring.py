"""How points arise: indicators, their scorings, weights, limits, groups, and learned values."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from scheme_documents import document_of, problems_of, read, scheme_of, told

from kefen.expressions.parser import parse
from kefen.expressions.types import ValueType
from kefen.standards.model import Bands, Formula, Indicator, OfBest, Position, Scheme, Tiles

GRADES = """
grade_by: score
grades: {A: ">= 5", B: else}
"""


def _sheet(indicators: str, more: str = "") -> str:
    return f"indicators:\n  {indicators}\n{more}{GRADES}"


def _indicator(words: str, more: str = "") -> Indicator:
    return scheme_of(_sheet(f"x: {words}", more)).indicators[0]


NAMED = "name: {en: X, zh: 项}"


# --- what is scored ---------------------------------------------------------------------------


def test_an_indicator_called_like_a_metric_scores_it_and_takes_its_name() -> None:
    (indicator,) = scheme_of(_sheet('orders: [">= 5: 10", "else: 0"]')).indicators
    assert indicator.value == parse("orders")
    assert indicator.name.zh == "次数"
    assert isinstance(indicator.scoring, Bands)
    assert [band.points for band in indicator.scoring.bands] == [10, 0]
    assert indicator.better is None


def test_an_indicator_of_one_metric_takes_its_name_and_another_goes_by_its_id() -> None:
    assert _indicator("{value: revenue, fifths: higher is better}").name.en == "Revenue"
    body = _sheet("large_sums: {value: revenue / orders, fifths: higher is better}")
    found = told(body, "“large_sums” has no name", "large_sums")
    assert found.severity == "warning"
    assert "large sums" in found.what.zh
    standard, _ = read(document_of(body))
    assert standard.schemes["s"].indicators[0].name.en == "large sums"


def test_an_indicator_without_value_needs_a_metric_of_its_name() -> None:
    told(_sheet("order: [else: 1]"), "lacks “value”", "order:", "Did you mean “orders”?")


def test_indicators_see_learned_values_but_no_points() -> None:
    learn = "learn: {best: {largest: revenue, name: {en: Best, zh: 最大}}}\n"
    more = f"value: revenue / best, {NAMED}"
    assert _indicator(f"{{{more}, bands: [else: 1]}}", learn).value == parse("revenue / best")
    told(
        _sheet(f"x: {{value: points, {NAMED}, bands: [else: 1]}}"),
        "“points” is not known",
        "points",
    )
    told(_sheet(f"x: {{value: score, {NAMED}, bands: [else: 1]}}"), "“score” is not known", "score")


# --- scorings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "scoring", "better"),
    [
        ("fifths: higher is better", Tiles(5), "higher"),
        ("tenths: lower is better", Tiles(10, "lower"), "lower"),
        ("position: lower is better, weight: 3", Position("lower"), "lower"),
        ("of_best: higher is better, weight: 3", OfBest(), "higher"),
        ("points: value / 10000 * 135", Formula(parse("value / 10000 * 135")), None),
        ("points: value, better: lower", Formula(parse("value")), "lower"),
    ],
)
def test_each_scoring(words: str, scoring: object, better: str | None) -> None:
    indicator = _indicator(f"{{value: orders, {words}}}")
    assert indicator.scoring == scoring
    assert indicator.better == better


def test_bands_of_every_kind() -> None:
    indicator = _indicator(
        """
    value: rate
    bands: [">= 60 wan: 30", "[0.46, 0.50): 20", "(0.2, 0.3]: 10", "= 5: 2.5", "unknown: -1",
            "in (1, 2): 7", else: 0]
    better: higher"""
    )
    assert isinstance(indicator.scoring, Bands)
    rows = [(band.condition, band.points) for band in indicator.scoring.bands]
    assert rows == [
        (parse("rate >= 600000"), 30),
        (parse("rate >= 0.46 and rate < 0.50"), 20),
        (parse("rate > 0.2 and rate <= 0.3"), 10),
        (parse("rate = 5"), Decimal("2.5")),
        (parse("rate is unknown"), -1),
        (parse("rate in (1, 2)"), 7),
        (None, 0),
    ]
    assert all(band.place is not None for band in indicator.scoring.bands)


def test_a_table_of_bands_chosen_by_an_attribute() -> None:
    indicator = _indicator(
        """
    value: rate
    by: industry
    bands:
      hexavalent: [">= 0.46: 30", "else: 15"]
      trivalent: [">= 66: 30", "else: 15"]
      else: ["else: 0"]"""
    )
    scoring = indicator.scoring
    assert isinstance(scoring, Bands)
    assert scoring.bands == ()
    assert scoring.by == parse("industry")
    assert [(key, len(bands)) for key, bands in scoring.tables] == [
        ("hexavalent", 2),
        ("trivalent", 2),
        (None, 1),
    ]


@pytest.mark.parametrize(
    ("words", "says", "at", "mend"),
    [
        ("{value: orders}", "exactly one of", "x:", "Add or remove"),
        ("{value: orders, fifths: 5, points: 3}", "exactly one of", "x:", ""),
        ("{value: orders, fifths: best}", "“best” is not possible", "best", "higher is better"),
        ("{value: country, fifths: higher is better}", "only numbers are ranked", "country", ""),
        ("{value: orders, by: industry, points: 3}", "“by” chooses", "by:", "Remove"),
        (
            "{value: orders, fifths: higher is better, better: higher}",
            "says already",
            "better:",
            "",
        ),
        (
            "{value: orders, of_best: lower is better, weight: 1}",
            "largest",
            "lower is",
            "1 - value",
        ),
        ("{value: orders, points: valu}", "“valu” is not known", "valu}", "“value”"),
        ("{value: orders, points: country}", "this gives text", "country", ""),
        ("{value: revenue, points: value + silent}", "money", "silent", ""),
        ("{value: orders, bands: {a: [else: 1]}}", "need “by”", "{a:", "Add “by"),
        ("{value: orders, by: industry, bands: [else: 1]}", "its own bands", "[else", ""),
        ("{value: orders, by: industry, bands: {a: 5}}", "no list of bands", "5}", ""),
        ("{value: orders, by: orders, bands: {a: [else: 1]}}", "not text", "orders, bands", ""),
        ("{value: orders, bands: []}", "no bands", "[]", ""),
        ("{value: orders, bands: [5]}", "not a band", "5]", "“>= 60: 30”"),
        ("{value: orders, bands: ['5: 3']}", "does not say what", "'5: 3'", "comparison"),
        ("{value: orders, bands: ['>= 5: x']}", "is not a number", "'>= 5: x'", ""),
        ("{value: orders, bands: ['[1,): 3', else: 1]}", "lacks an end", "'[1", ""),
        ("{value: orders, bands: ['>= ordrs: 3']}", "“ordrs” is not known", "ordrs", "“orders”"),
        ("{value: orders, bands: ['[1, ordrs): 3']}", "“ordrs” is not known", "ordrs", ""),
        ("{value: orders, bands: [\"= 'x': 3\"]}", "values of one type", "= 'x'", ""),
        ("{value: silent, bands: ['>= 3 months: 3']}", "days", "3 months", ""),
        ("{value: orders, bands: [else: 3, '> 1: 2']}", "never reached", "'> 1", "“else” last"),
        ("{value: orders, bands: [else: 3], weights: 2}", "no “weights”", "weights", "“weight”"),
        ("5", "needs named values", "x:", ""),
    ],
)
def test_what_is_wrong_with_a_scoring(words: str, says: str, at: str, mend: str) -> None:
    told(_sheet(f"x: {words}"), says, at, mend)


def test_many_bands_and_tables_are_refused() -> None:
    bands = "[" + ", ".join(f"'= {n}: 1'" for n in range(31)) + "]"
    told(_sheet(f"x: {{value: orders, bands: {bands}}}"), "31 bands", "['= 0")
    tables = "{" + ", ".join(f"t{n}: [else: 1]" for n in range(61)) + "}"
    told(_sheet(f"x: {{value: orders, by: industry, bands: {tables}}}"), "61 tables", "{t0")


# --- weights, limits, what is unknown ---------------------------------------------------------


def test_a_weight_and_what_earns_all_of_it() -> None:
    indicator = _indicator("{value: orders, bands: [else: 4], weight: 12.5, out_of: 5}")
    assert indicator.weight == 125_000
    assert indicator.out_of == 5
    assert indicator.if_unknown == "left out"
    assert _indicator("{value: orders, bands: [else: 4], weight: 2}").out_of is None


def test_limits_and_for_whom_it_applies() -> None:
    indicator = _indicator(
        "{value: orders, points: value, at_most: 50, at_least: -10.5, applies: country = 'CN'}"
    )
    assert (indicator.at_most, indicator.at_least) == (50, Decimal("-10.5"))
    assert indicator.applies == parse("country = 'CN'")


@pytest.mark.parametrize(
    ("words", "if_unknown", "points"),
    [
        ("bands: [else: 1]", "no grade", None),
        ("bands: [else: 1], if_unknown: zero", "zero", None),
        ("bands: [else: 1], if_unknown: worst", "worst", None),
        ("bands: [else: 1], if_unknown: -2.5", "points", Decimal("-2.5")),
        ("bands: [else: 1], weight: 5, if_unknown: left out", "left out", None),
        ("bands: [else: 1], weight: 5, if_unknown: no grade", "no grade", None),
    ],
)
def test_what_an_unknown_value_does(words: str, if_unknown: str, points: Decimal | None) -> None:
    indicator = _indicator(f"{{value: orders, {words}}}")
    assert (indicator.if_unknown, indicator.unknown_points) == (if_unknown, points)


@pytest.mark.parametrize(
    ("words", "says", "at", "mend"),
    [
        ("position: higher is better", "give a part of a “weight”", "x:", "weight: 20"),
        ("of_best: higher is better", "give a part of a “weight”", "x:", ""),
        ("fifths: higher is better, weight: 0", "above zero", "0}", ""),
        ("fifths: higher is better, weight: x", "not a number", "x}", ""),
        ("fifths: higher is better, out_of: 5", "goes with “weight”", "out_of", ""),
        ("fifths: higher is better, weight: 5, out_of: 0", "above zero", "0}", ""),
        ("points: value, weight: 5", "how many points", "weight", "out_of: 100"),
        ("bands: [else: 0], weight: 5", "how many points", "weight", ""),
        ("bands: [else: 0], if_unknown: nil", "not possible", "nil", "left out, no grade, zero"),
        ("bands: [else: 0], if_unknown: left out", "hands a weight on", "left out", "“zero”"),
        ("bands: [else: 0], if_unknown: 1e5", "not a number", "1e5", ""),
        ("bands: [else: 0], at_most: 1, at_least: 2", "cannot both hold", "at_least", "Exchange"),
        ("bands: [else: 0], applies: orders", "not yes or no", "orders}", ""),
    ],
)
def test_what_is_wrong_with_weights_and_limits(words: str, says: str, at: str, mend: str) -> None:
    told(_sheet(f"x: {{value: orders, {words}}}"), says, at, mend)


# --- groups -----------------------------------------------------------------------------------


def _groups() -> Scheme:
    return scheme_of(
        f"""
start: 100
at_most: 120
at_least: 0
out_of: 120
groups:
  trade:
    name: {{en: Trade, zh: 交易}}
    weight: 30
    indicators:
      revenue: {{weight: 20, position: higher is better}}
      orders: {{weight: 10, position: higher is better}}
  faults:
    name: {{en: Faults, zh: 过失}}
    start: 20
    at_most: 20
    at_least: -5
    indicators:
      late: {{value: silent, points: "0 - value * 2", {NAMED}}}
indicators:
  bonus: {{value: orders, bands: [else: 1], {NAMED}}}
{GRADES}"""
    )


def test_groups_with_weights_and_groups_with_limits() -> None:
    scheme = _groups()
    trade, faults = scheme.groups
    assert (trade.weight, trade.start, trade.at_most) == (300_000, None, None)
    assert (faults.weight, faults.start, faults.at_most, faults.at_least) == (None, 20, 20, -5)
    assert [(i.id, i.group) for i in scheme.indicators] == [
        ("revenue", "trade"),
        ("orders", "trade"),
        ("late", "faults"),
        ("bonus", None),
    ]
    assert (scheme.start, scheme.at_most, scheme.at_least, scheme.out_of) == (100, 120, 0, 120)
    assert scheme.places["out_of"].line == scheme.places["start"].line + 3


@pytest.mark.parametrize(
    ("body", "says", "at", "mend"),
    [
        ("groups: {g: 5}", "needs named values", "g:", ""),
        ("groups: {g: {name: {en: G, zh: 组}}}", "lacks “indicators”", "g:", ""),
        ("groups: {g: {wight: 5, indicators: {}}}", "no “wight”", "wight", "“weight”"),
        (
            "groups: {g: {weight: 5, indicators: {orders: {weight: 4, fifths: higher is better}}}}",
            "add up to 4, not to the stated 5",
            "weight: 5",
            "Correct one",
        ),
        (
            "groups: {orders: {indicators: {orders: [else: 1]}}}",
            "one name to the engine",
            "orders: [",
            "",
        ),
        ("groups: {1: {indicators: {orders: [else: 1]}}}", "cannot name", "1:", "letters"),
        ("indicators: {a b: [else: 1]}", "cannot name", "a b", ""),
        ("start: 5", "of points, and there are none", "start", "Add “indicators”"),
        ("out_of: 5", "of points, and there are none", "out_of", ""),
        ("indicators: {orders: [else: 1]}\nstart: five", "not a number", "five", "needs a number"),
        (
            "indicators: {orders: [else: 1]}\nstart: if(country = 'CN', 100, 80)",
            "not a number",
            "if(",
            "for two starts add an indicator",
        ),
        (
            "groups: {g: {start: orders * 2, indicators: {orders: [else: 1]}}}",
            "not a number",
            "orders * 2",
            "for two starts add an indicator",
        ),
        ("indicators: {orders: [else: 1]}\nat_most: 1\nat_least: 2", "cannot both", "at_least", ""),
        ("indicators: {orders: [else: 1]}\nscore_text: sums", "not possible", "sums", "points"),
    ],
)
def test_what_is_wrong_with_groups(body: str, says: str, at: str, mend: str) -> None:
    told(body + GRADES, says, at, mend)


def test_a_score_may_name_points() -> None:
    scheme = scheme_of(
        f"""
groups: {{g: {{name: {{en: G, zh: 组}}, indicators: {{orders: [else: 1]}}}}}}
score: points * 2 + points.g - points.orders
{GRADES}"""
    )
    assert scheme.score == parse("points * 2 + points.g - points.orders")
    assert scheme.scored


# --- learned values ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "how", "of_type", "at"),
    [
        ("most_common: country", "most_common", ValueType.TEXT, None),
        ("largest: revenue", "largest", ValueType.DECIMAL, None),
        ("smallest: orders", "smallest", ValueType.INTEGER, None),
        ("mean: orders", "mean", ValueType.DECIMAL, None),
        ("sum: orders", "sum", ValueType.INTEGER, None),
        ("count: country", "count", ValueType.INTEGER, None),
        ("middle: revenue", "middle", ValueType.DECIMAL, Fraction(1, 2)),
        ("cut: revenue, at: 80 %", "cut", ValueType.DECIMAL, Fraction(4, 5)),
        ("cut: revenue, at: 12.5%", "cut", ValueType.DECIMAL, Fraction(1, 8)),
    ],
)
def test_each_way_to_learn(words: str, how: str, of_type: ValueType, at: Fraction | None) -> None:
    body = f"learn: {{known_value: {{{words}, {NAMED}}}}}\n" + _sheet("orders: [else: 1]")
    (learned,) = scheme_of(body).learns
    assert (learned.how, learned.type, learned.at) == (how, of_type, at)


@pytest.mark.parametrize(
    ("words", "says", "at", "mend"),
    [
        (
            "{k: {largest: revenue, smallest: revenue}}",
            "exactly one way",
            "{largest",
            "most_common",
        ),
        ("{k: {cut: revenue}}", "lacks “at”", "{cut", "at: ..."),
        ("{k: {cut: revenue, at: 80}}", "not a part of all", "80}", "at: 80 %"),
        ("{k: {cut: revenue, at: 101 %}}", "not a part of all", "101", ""),
        ("{k: {mean: revenue, at: 80 %}}", "goes with “cut”", "80 %", ""),
        ("{k: {mean: country}}", "this gives text", "country", ""),
        ("{k: {mean: revenue, off: 3}}", "no “off”", "off", ""),
        ("{points: {mean: revenue}}", "cannot name", "points:", "no name that is taken"),
        ("{orders: {mean: revenue}}", "cannot name", "orders:", ""),
        ("{s: {mean: revenue}}", "cannot name", "s: {mean", ""),
        ("{k: {mean: revenue}, m: {mean: k}}", "“k” is not known", "k}", ""),
    ],
)
def test_what_is_wrong_with_learned_values(words: str, says: str, at: str, mend: str) -> None:
    told(f"learn: {words}\n" + _sheet("orders: [else: 1]"), says, at, mend)


def test_a_broken_learned_value_is_told_once() -> None:
    body = _sheet("x: {value: revenue / k, bands: [else: 1], name: {en: X, zh: 项}}")
    found = problems_of("learn: {k: {mean: revenu, name: {en: K, zh: 值}}}\n" + body)
    assert [p.what.en for p in found] == ["“revenu” is not known here"]


def test_a_learned_value_has_a_unit() -> None:
    learn = "learn: {k: {mean: revenue, name: {en: K, zh: 值}}}\n"
    body = _sheet("x: {value: silent + k, bands: [else: 1], name: {en: X, zh: 项}}")
    assert any("money" in p.what.en for p in problems_of(learn + body))


def test_within_learns_by_a_text() -> None:
    body = _sheet("orders: {fifths: higher is better}")
    assert scheme_of("within: country\n" + body).within == parse("country")
    told("within: orders\n" + body, "not text", "orders", "")
