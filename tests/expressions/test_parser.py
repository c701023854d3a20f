"""The expression language: what is read, and what is refused with its place."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.compiler.facts import column
from kefen.expressions import Call, Expression, ExpressionError, Literal, Name, parse, to_sql
from kefen.expressions.parser import MAX_DEPTH, MAX_LENGTH
from kefen.expressions.types import ValueType


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
