"""The expression language: what is read, and what is refused with its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.compiler.facts import column
from kefen.expressions import Call, Expression, ExpressionError, Literal, Name, parse, to_sql
from kefen.expressions.parser import MAX_DEPTH, MAX_LENGTH
from kefen.expressions.types import ExpressionTypeError, ValueType, type_of


@pytest.mark.parametrize(
    ("source", "same_as"),
    [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a / b / c", "(a / b) / c"),
        ("a / b * c", "(a / b) * c"),
        ("-a + b", "(-a) + b"),
        ("-a * b", "(-a) * b"),
        ("a + b > c * d", "(a + b) > (c * d)"),
        ("not a > b and c", "(not (a > b)) and c"),
        ("a or b and c", "a or (b and c)"),
        ("a and b or c and d", "(a and b) or (c and d)"),
        ("not not a", "not (not a)"),
        ("a is known and b is unknown", "(a is known) and (b is unknown)"),
        ("a not in (1, 2)", "not (a in (1, 2))"),
        ("a + 1 in (b, c)", "(a + 1) in (b, c)"),
        ("a <> b", "a != b"),
        ("  a\n+\tb ", "a+b"),
    ],
)
def test_precedence(source: str, same_as: str) -> None:
    assert parse(source) == parse(same_as)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("12", 12),
        ("12.5", Decimal("12.5")),
        ("-12.5", Decimal("-12.5")),
        ("20 %", Decimal("0.2")),
        ("0.01%", Decimal("0.0001")),
        ("60 wan", 600_000),
        ("1.5 wan", Decimal(15_000)),
        ("60万", 600_000),
        ("3 千", 3_000),
        ("2 million", 2_000_000),
        ("2亿", 200_000_000),
        ("'it''s'", "it's"),
        ("''", ""),
        ("2024-02-29", date(2024, 2, 29)),
        ("true", True),
        ("unknown", None),
    ],
)
def test_constants(source: str, value: Any) -> None:
    tree = parse(source)
    assert isinstance(tree, Literal)
    assert tree.value == value
    assert type(tree.value) is type(value)


@pytest.mark.parametrize(
    ("source", "value", "unit"),
    [
        ("30 days", 30, "days"),
        ("1 day", 1, "days"),
        ("30天", 30, "days"),
        ("7 日", 7, "days"),
        ("3 months", 3, "months"),
        ("1 month", 1, "months"),
        ("3 个月", 3, "months"),
        ("3月", 3, "months"),
        ("2 years", 2, "years"),
        ("2 年", 2, "years"),
        ("4 hours", 4, "hours"),
        ("4小时", 4, "hours"),
        ("5 times", 5, "times"),
        ("5 次", 5, "times"),
        ("-5 次", -5, "times"),
        ("1.5 years", Decimal("1.5"), "years"),
        ("2 wan times", 20_000, "times"),
        ("2 万次", 20_000, "times"),
        ("20 %", Decimal("0.2"), "share"),
        ("60 wan", 600_000, ""),
        ("60", 60, ""),
    ],
)
def test_a_number_remembers_its_unit_and_means_the_bare_number(
    source: str, value: Any, unit: str
) -> None:
    tree = parse(source)
    assert tree == Literal(value)
    assert isinstance(tree, Literal)
    assert type(tree.value) is type(value)
    assert tree.unit == unit


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("revenue", "revenue"),
        ("orders.amount", "orders.amount"),
        ('"a ""b"" c"', 'a "b" c'),
        ("销售额", "销售额"),
        ("customers.会员等级", "customers.会员等级"),
    ],
)
def test_names(source: str, name: str) -> None:
    assert parse(source) == Name(name)


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("", 0),
        ("   ", 3),
        ("a +", 3),
        ("a + + b", 4),
        ("a b", 2),
        ("(a + b", 6),
        ("a + b)", 5),
        ("a ; drop table customers", 2),
        ("a /* b */", 3),
        ("a > 'unfinished", 4),
        ("sqrt(a)", 0),
        ("equals(a, b)", 0),  # an operator that has a sign of its own
        ("a + read_csv('x')", 4),
        ("is known", 0),
        ("a is", 4),
        ("a is 5", 5),
        ("a not b", 6),
        ("a in 5", 5),
        ("a in ()", 6),
        ("1.00001", 0),
        ("100000000000000", 0),
        ("2023-02-29", 0),
        ("a < b < c", 6),
        ("a = b = c", 6),
        ("a $ b", 2),
        ("a::text", 1),
        ("a || b", 2),
        ("5 dayss", 2),
        ("5 timesa", 2),
        ("20 % days", 5),
        ("5 days days", 7),
        ("days 5", 5),
        ("9" * 90, 0),
    ],
)
def test_errors_have_a_place_and_a_mend(source: str, at: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert caught.value.at == at
    for text in (caught.value.what, caught.value.mend):
        assert text.en.strip()
        assert text.zh.strip()


@pytest.mark.parametrize(
    "source",
    [
        "a" * (MAX_LENGTH + 1),
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        " + ".join("a" * (MAX_DEPTH + 1)),
        " and ".join(["a > 1"] * (MAX_DEPTH + 1)),
        "not " * (MAX_DEPTH + 2) + "a",
        "absolute(" * 200 + "a" + ")" * 200,
        "a" + " / a" * 30,
        "smallest(a, " * 30 + "a" + ")" * 30,
        "a in (" * 30 + "a" + ")" * 30,
    ],
    ids=["long", "brackets", "sum", "and", "not", "calls", "division", "smallest", "members"],
)
def test_what_would_grow_without_end_is_refused_at_once(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse(source)


@pytest.mark.parametrize(
    "source",
    [
        " + ".join("a" * MAX_DEPTH),
        " and ".join(["a > 1"] * (MAX_DEPTH - 1)),
        "(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1),
        "a / (a + 1) / (a + 2) / (a + 3)",
        "if(a > 1, " * 20 + "a" + ", 0)" * 20,
    ],
    ids=["sum", "and", "brackets", "division", "if"],
)
def test_what_is_read_also_runs(source: str) -> None:
    tree = parse(source)
    types = {"a": ValueType.DECIMAL}
    sql = to_sql(tree, {"a": column("a")}, types).sql("duckdb")
    assert len(duckdb.sql(f"SELECT {sql} FROM (SELECT 1::DECIMAL(18, 4) AS a)").fetchall()) == 1


INJECTIONS = [
    "'; DROP TABLE customers; --",
    "' OR 1=1 --",
    "\\'; DROP TABLE customers",
    "x') UNION SELECT * FROM read_text('/etc/passwd') --",
    "${jndi}",
    "a\nb",
    "茶'\"`;",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_that_looks_like_sql_is_only_text(text: str) -> None:
    tree = parse("a = '" + text.replace("'", "''") + "'")
    sql = to_sql(tree, {"a": column("a")}, {"a": ValueType.TEXT}).sql("duckdb")
    rows = duckdb.execute(f"SELECT {sql} FROM (SELECT ? AS a)", [text]).fetchall()
    assert rows == [(True,)]


@pytest.mark.parametrize("name", ['a" FROM x; --', 'a""b', "select", "a'b", "a;b"])
def test_names_that_look_like_sql_are_only_names(name: str) -> None:
    quoted = name.replace('"', '""')
    tree = parse(f'"{quoted}"')
    assert tree == Name(name)
    sql = to_sql(tree, {name: column(name)}, {name: ValueType.INTEGER}).sql("duckdb")
    made = duckdb.sql(f'SELECT {sql} FROM (SELECT 5 AS "{quoted}")').fetchall()
    assert made == [(5,)]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_read_or_refused_in_words(source: str) -> None:
    try:
        tree = parse(source)
    except ExpressionError as error:
        assert 0 <= error.at <= len(source)
    else:
        assert isinstance(tree, Literal | Name | Call)


# --- round trip -----------------------------------------------------------------------------

_WORDS_OF_OPERATORS = {
    "add": "({} + {})",
    "subtract": "({} - {})",
    "multiply": "({} * {})",
    "divide": "({} / {})",
    "less": "({} < {})",
    "at_least": "({} >= {})",
    "and": "({} and {})",
    "or": "({} or {})",
    "smallest": "smallest({}, {})",
}


def written(tree: Expression) -> str:
    if isinstance(tree, Name):
        return '"' + tree.name.replace('"', '""') + '"'
    if isinstance(tree, Literal):
        value = tree.value
        if value is None:
            return "unknown"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        return str(value)
    return _WORDS_OF_OPERATORS[tree.operator].format(*map(written, tree.arguments))


_TREES: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5).map(Name),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5).map(Literal),
        st.integers(-(10**13), 10**13).map(Literal),
        st.dates(date(1000, 1, 1)).map(Literal),
        st.sampled_from([Literal(None), Literal(True), Literal(False)]),
    ),
    lambda inner: st.one_of(
        *(
            st.tuples(inner, inner).map(lambda both, o=o: Call(o, both))  # type: ignore[misc]
            for o in _WORDS_OF_OPERATORS
        )
    ),
    max_leaves=8,
)


@given(_TREES)
def test_what_is_written_is_read_back(tree: Expression) -> None:
    assert parse(written(tree)) == tree


# --- types ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("a + nothing", 4),
        ("a + text", 2),
        ("a > day", 2),
        ("a and b", 0),
        ("round(a, 5)", 9),
        ("round(a, a)", 0),
        ("months_before(day, a)", 0),
        ("days_between(day, a)", 0),
        ("contains(text, a)", 0),
        ("if(a, 1, 2)", 0),
        ("if(a > 1, 1, text)", 0),
        ("if(a > 1, 1)", 0),
        ("absolute(text)", 0),
        ("absolute(a, a)", 0),
        ("date_of(a)", 0),
        ("text in (1, 2)", 5),
        ("is_known_not(a)", 0),
        ("choose(a, 1)", 0),
        ("choose(a, 1, 2)", 0),
        ("choose(a, 'x', 2, 3)", 0),
        ("choose(a, 1, 'x', 3)", 0),
        ("interpolated(a, 0, 1)", 0),
        ("interpolated(a, 0, 1, 2)", 0),
        ("interpolated(a, 0, 1, 0, 2)", 22),
        ("interpolated(a, 5, 1, 4, 2)", 22),
        ("interpolated(a, 0, 1, a, 2)", 22),
        ("interpolated(text, 0, 1, 2, 3)", 0),
        ("halved(a)", 0),
        ("halved(a, 1, 2)", 0),
        ("halved(text, 1)", 0),
        ("round_down(a, -7)", 14),
        ("round_down(a, 1.5)", 0),
        ("round_up(a, a)", 0),
        ("number(a)", 0),
        ("years_between(day, a)", 0),
        ("days_after(a, day)", 0),
        ("days_after(day, text)", 0),
        ("days_after(day)", 0),
        ("months_before(day, 2401)", 0),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(source: str, at: int) -> None:
    types = {
        "a": ValueType.INTEGER,
        "b": ValueType.BOOLEAN,
        "text": ValueType.TEXT,
        "day": ValueType.DATE,
    }
    with pytest.raises((ExpressionTypeError, ExpressionError)) as caught:
        type_of(parse(source), types)
    assert caught.value.at == at
