"""Whatever is written is refused in words, or means the same in DuckDB and in Python.

KEFEN_FUZZ_EXAMPLES sets how many examples each property gets, for a longer run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kefen.compiler.facts import column
from kefen.domain.text import Text
from kefen.expressions import (
    CATALOGUE,
    Call,
    Expression,
    ExpressionError,
    ValueType,
    evaluate,
    parse,
    to_sql,
    type_of,
)
from kefen.expressions.evaluator import RowsEvaluation, over_rows
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.parser import WORDS
from kefen.expressions.rows import Rows
from kefen.expressions.tokens import UNIT_WORDS
from kefen.expressions.types import ExpressionTypeError
from kefen.expressions.units import DAYS, MONEY, PLAIN, ExpressionUnitError, unit_of
from kefen.expressions.wording import in_words
from kefen.standards.reader import bundled_text

EXAMPLES = int(os.environ.get("KEFEN_FUZZ_EXAMPLES", "100"))
FUZZED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

T = ValueType
TYPES = {
    "a": T.INTEGER,
    "b": T.DECIMAL,
    "c": T.DECIMAL,
    "t": T.TEXT,
    "u": T.TEXT,
    "d": T.DATE,
    "e": T.DATE,
    "m": T.MOMENT,
    "f": T.BOOLEAN,
}
UNITS = dict.fromkeys(TYPES, PLAIN) | {"b": MONEY, "c": DAYS}
_DAY = date(2024, 2, 29)
_NIGHT = datetime(2024, 2, 29, 23, 59)
_OLD, _LATE = date(1900, 1, 1), date(2199, 12, 31)
_MOST = Decimal("99999999999999.9999")
ROWS: list[tuple[Any, ...]] = [
    (3, Decimal("2.5"), Decimal("-7.0001"), "a", "12.5", _DAY, date(2025, 2, 28), _NIGHT, True),
    (0, Decimal(0), Decimal("0.0001"), "", "1,234 %", _LATE, _LATE, datetime(2023, 12, 31), False),
    (-12, Decimal("-0.5"), _MOST, "茶'", "－５", _OLD, _LATE, datetime(1999, 1, 31, 12), None),
    (None,) * len(TYPES),
    (7, None, Decimal(30), "Ab%", None, None, date(2024, 3, 31), None, True),
    (2**53 + 1, Decimal("0.3333"), None, None, "x", date.max, date.min, _NIGHT, False),
]
LARGE = Decimal(10) ** 14
"""Numbers from here on may be refused: what is stored is smaller."""


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        stored = {T.DECIMAL: "DECIMAL(18, 4)"}
        columns = ", ".join(f'"{name}" {stored.get(t, t.sql)}' for name, t in TYPES.items())
        made.execute(f"CREATE TABLE given (n BIGINT, {columns})")
        marks = ", ".join("?" for _ in range(len(TYPES) + 1))
        for number, row in enumerate(ROWS):
            made.execute(f"INSERT INTO given VALUES ({marks})", [number, *row])
        made.execute("SET enable_external_access = false")
        yield made


def check(engine: duckdb.DuckDBPyConnection, source: str) -> bool:
    """Return whether `source` is an expression; fails where the two evaluators differ."""
    try:
        tree = parse(source)
        type_of(tree, TYPES)
    except (ExpressionError, ExpressionTypeError) as error:
        assert 0 <= error.at <= len(source)
        assert error.what.en
        assert error.what.zh
        return False
    try:
        unit_of(tree, UNITS)
    except ExpressionUnitError as error:
        assert 0 <= error.at < len(source)
        assert error.mend.zh
    assert isinstance(in_words(tree, {}), Text)
    expected = [_evaluated(tree, dict(zip(TYPES, row, strict=True))) for row in ROWS]
    assert [*map(repr, _over_rows(tree))] == [repr(value) for value, _large in expected]
    columns = {name: column(name) for name in TYPES}
    sql = to_sql(tree, columns, TYPES).sql("duckdb")
    try:
        found = [row[0] for row in engine.execute(f"SELECT {sql} FROM given ORDER BY n").fetchall()]
    except (duckdb.OutOfRangeException, duckdb.ConversionException):
        assert any(large for _value, large in expected), source
        return True
    for (value, large), in_sql in zip(expected, found, strict=True):
        assert value == in_sql or (large and value is OutOfRangeError), (source, sql)
        assert (
            type(value) is type(in_sql)
            or value is OutOfRangeError
            or type(in_sql)
            in (
                Decimal,
                int,
            )
        )
    return True


def _evaluated(tree: Expression, values: Mapping[str, Any]) -> tuple[Any, bool]:
    """Return the value (or that it is out of range), and whether a large number is in it."""
    try:
        value = evaluate(tree, values)
    except OutOfRangeError:
        return OutOfRangeError, True
    return value, _holds_large(tree, values)


def _over_rows(tree: Expression) -> list[Any]:
    """Return the value of each row, evaluated column by column where no row is out of range."""
    given = [dict(zip(TYPES, row, strict=True)) for row in ROWS]
    evaluated = over_rows(tree)
    try:
        return list(evaluated(Rows.of(given)))
    except OutOfRangeError:
        return [_evaluated_alone(evaluated, row) for row in given]


def _evaluated_alone(evaluated: RowsEvaluation, row: Mapping[str, Any]) -> Any:
    try:
        (value,) = evaluated(Rows.of([row]))
    except OutOfRangeError:
        return OutOfRangeError
    return value


def _holds_large(tree: Expression, values: Mapping[str, Any]) -> bool:
    try:
        value = evaluate(tree, values)
    except OutOfRangeError:
        return True
    if isinstance(value, int | Decimal) and abs(value) >= LARGE:
        return True
    return isinstance(tree, Call) and any(_holds_large(part, values) for part in tree.arguments)


# --- soups of tokens ------------------------------------------------------------------------

_CALLABLE = [operator.name for operator in CATALOGUE.values() if operator.callable]
HOSTILE = [
    "'; DROP TABLE given; --",
    "' OR 1=1 --",
    '"; DELETE FROM given; --',
    "read_text('/etc/passwd')",
    "$$x$$",
    "?",
    "/*",
    "*/",
    "--",
    ";",
    "::",
    "\\",
    "{0}",
    "%s",
    "\x00",
    "\u202e",
    "\ufeff",
    "𝟙",
    "٣",
    "１２",
    "“",
]
_TOKENS = st.one_of(
    st.sampled_from(sorted(TYPES)),
    st.sampled_from(sorted(WORDS)),
    st.sampled_from([*"+-*/()<>=,", "<=", ">=", "!=", "<>", "%", "wan", "万", "million"]),
    st.sampled_from([*UNIT_WORDS, "days", "months", "times"]),
    st.sampled_from([f"{name}(" for name in [*_CALLABLE, *CATALOGUE]]),
    st.sampled_from(["0", "1", "2.5", "0.0001", "99999999999999.9999", "9" * 14, "9" * 90, "2024"]),
    st.sampled_from(["2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "'a'", "''", "'茶'"]),
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
)


@FUZZED
@given(st.lists(_TOKENS, max_size=14), st.sampled_from(["", " "]))
def test_token_soup(engine: duckdb.DuckDBPyConnection, tokens: list[str], joint: str) -> None:
    check(engine, joint.join(tokens))


@FUZZED
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text(engine: duckdb.DuckDBPyConnection, source: str) -> None:
    check(engine, source)


# --- expressions that fit, by type ----------------------------------------------------------

_Source = st.SearchStrategy[str]
_SMALL = st.one_of(
    st.integers(0, 400).map(str),
    st.decimals(0, 9, places=4).map(str),
    st.sampled_from(["30 days", "3 个月", "2 years", "4 小时", "5 times", "20 %", "1 wan", "-7"]),
)
_HUGE = st.sampled_from(["99999999999999.9999", "99999999999999", "1 亿", "9999 亿", "-9999 亿"])
_LITERAL_TEXTS = st.one_of(
    st.sampled_from(["a", "A", "12", "", "%", "茶'", "1.5%", *HOSTILE]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=4),
).map(lambda text: "'" + text.replace("'", "''") + "'")


def _wrapped(template: str, *parts: _Source) -> _Source:
    return st.tuples(*parts).map(lambda sources: template.format(*sources))


_numbers: _Source = st.deferred(
    lambda: st.one_of(
        _SMALL,
        _HUGE,
        st.sampled_from(["a", "b", "c", "unknown"]),
        *(_wrapped(f"({{}} {sign} {{}})", _numbers, _numbers) for sign in "+-*/"),
        _wrapped("-{}", st.sampled_from(["a", "b", "(a + 1)"])),
        *(_wrapped(f"{name}({{}}, {{}})", _numbers, _numbers) for name in ("smallest", "halved")),
        _wrapped("largest({}, {}, {})", _numbers, _numbers, _numbers),
        _wrapped("first_known({}, {})", _numbers, _numbers),
        _wrapped("absolute({})", _numbers),
        *(
            _wrapped(f"{name}({{}}, {{}})", _numbers, st.integers(-6, 4).map(str))
            for name in ("round", "round_down", "round_up")
        ),
        _wrapped("if({}, {}, {})", _conditions, _numbers, _numbers),
        _wrapped("choose({}, {}, {}, {}, {}, {})", *([_numbers] * 6)),
        _wrapped("choose({}, {}, {}, {})", _texts, _texts, _numbers, _numbers),
        _wrapped("interpolated({}, -3, 0.5, 10, {}, 4000, -1)", _numbers, _SMALL),
        _wrapped("number({})", _texts),
        *(
            _wrapped(f"{name}({{}}, {{}})", _moments, _moments)
            for name in ("hours_between", "days_between", "months_between", "years_between")
        ),
        _wrapped("year_of({})", _dates),
        _wrapped("month_of({})", _moments),
    )
)
_texts: _Source = st.deferred(
    lambda: st.one_of(
        _LITERAL_TEXTS,
        st.sampled_from(["t", "u", "unknown"]),
        _wrapped("lower({})", _texts),
        _wrapped("country_code({})", _texts),
        _wrapped("joined('-', {}, {})", _texts, st.sampled_from(["a", "t", "d", "5"])),
        _wrapped("if({}, {}, {})", _conditions, _texts, _texts),
        _wrapped("choose({}, {}, {}, {})", _texts, _texts, _texts, _texts),
    )
)
_dates: _Source = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["d", "e", "2024-02-29", "2000-12-31", "unknown"]),
        _wrapped("date_of({})", _moments),
        _wrapped("date({})", _texts),
        *(
            _wrapped(f"start_of_{period}({{}})", _moments)
            for period in ("month", "quarter", "year")
        ),
        _wrapped("days_after({}, {})", _moments, _numbers),
        _wrapped(
            "months_before({}, {})", _dates, st.integers(-2400, 2400).map(lambda n: f"{n} months")
        ),
        _wrapped("if({}, {}, {})", _conditions, _dates, _dates),
        _wrapped("largest({}, {})", _dates, _dates),
    )
)
_moments: _Source = st.one_of(st.just("m"), _dates)
_conditions: _Source = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["f", "true", "false", "unknown"]),
        *(
            _wrapped(f"({{}} {sign} {{}})", each, each)
            for sign in ("=", "!=", "<", "<=", ">", ">=")
            for each in (_numbers, _dates)
        ),
        _wrapped("({} = {})", _texts, _texts),
        _wrapped("({} in ({}, {}))", _texts, _texts, _texts),
        _wrapped("({} not in ({}, {}))", _numbers, _numbers, _numbers),
        _wrapped("({} and {})", _conditions, _conditions),
        _wrapped("({} or {})", _conditions, _conditions),
        _wrapped("(not {})", _conditions),
        _wrapped("({} is known)", st.one_of(_numbers, _texts, _dates)),
        _wrapped("({} is unknown)", _conditions),
        *(
            _wrapped(f"{name}({{}}, {{}})", _texts, _texts)
            for name in ("contains", "starts_with", "ends_with")
        ),
    )
)


@FUZZED
@given(source=st.one_of(_numbers, _numbers, _conditions, _texts, _dates))
@example(source="if(unknown, unknown, unknown)")
@example(source="choose(unknown, unknown, unknown, unknown)")
@example(source="smallest(unknown, unknown) + unknown")
@example(source="days_after(unknown, unknown)")
@example(source="year_of(unknown) + a")
@example(source="days_between(m, d) * years_between(m, d)")
@example(source="a / years_between(d, e)")
@example(source="hours_between(d, e) * hours_between(m, unknown)")
@example(source="start_of_year(unknown)")
@example(source="date(t) < date('20240229')")
def test_expressions_that_fit(engine: duckdb.DuckDBPyConnection, source: str) -> None:
    check(engine, source)


# --- real expressions, mutated --------------------------------------------------------------


def _real() -> list[str]:
    """Return the expressions of the bundled standard, their names set to those of `TYPES`."""
    found = []
    for line in bundled_text("default").splitlines():
        source = line.partition(":")[2].strip().strip('"')
        try:
            tree = parse(source)
        except ExpressionError:
            continue
        if isinstance(tree, Call):
            found.append(re.sub(r"[A-Za-z_]+\.\w+", "b", source))
    return found


REAL = [
    *_real(),
    "if(a > 0, b / a, unknown)",
    "choose(t, 'retail', 5 %, 'wholesale', 3 %, 1 %) * b",
    "interpolated(a, 0 %, 1, 80 %, 15)",
    "halved(b, a / 6)",
    "smallest(10 % * b, c) >= 60 万",
    "days_between(d, days_after(e, 30 days)) > 90 天",
    "t in ('a', 'b') and not contains(lower(u), '@qq.com')",
    "first_known(number(u), 0) + round_up(b / 1000, 0)",
    "hours_between(m, d) <= 4 小时 and start_of_quarter(d) < date(u)",
    "years_between(d, e) >= 3 and d < months_before(e, 12 months)",
]


@FUZZED
@given(data=st.data())
def test_mutated_expressions(engine: duckdb.DuckDBPyConnection, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(REAL))
    tokens = re.findall(r"\s+|'[^']*'|[\w.]+|.", source)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(tokens) - 1))
        other = data.draw(st.integers(0, len(tokens) - 1))
        way = data.draw(st.sampled_from(["drop", "double", "swap", "replace", "insert"]))
        if way == "drop" and len(tokens) > 1:
            del tokens[at]
        elif way == "double":
            tokens.insert(at, tokens[at])
        elif way == "swap":
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif way == "replace":
            tokens[at] = data.draw(_TOKENS)
        else:
            tokens.insert(at, data.draw(_TOKENS))
    check(engine, "".join(tokens))


@pytest.mark.parametrize("source", REAL)
def test_a_real_expression_is_read(source: str) -> None:
    assert isinstance(parse(source), Call)


# --- depth and size -------------------------------------------------------------------------


@FUZZED
@given(
    name=st.sampled_from(_CALLABLE),
    depth=st.integers(1, 400),
    slot=st.integers(0, 3),
    rest=st.lists(
        st.sampled_from(["a", "b", "1", "t", "d", "3 days", "f"]), min_size=0, max_size=5
    ),
)
def test_deep_nesting(
    engine: duckdb.DuckDBPyConnection, name: str, depth: int, slot: int, rest: list[str]
) -> None:
    source = "a"
    for _ in range(depth):
        arguments = list(rest)
        arguments.insert(min(slot, len(arguments)), source)
        source = f"{name}({', '.join(arguments)})"
        if len(source) > 5_000:
            break
    check(engine, source)


@pytest.mark.parametrize(
    "source",
    [
        "interpolated(" * 20 + "a" + ", 0, 0, 1, 1)" * 20,
        "halved(" * 30 + "a" + ", 1)" * 30,
        "years_between(d, " * 20 + "d" + ")" * 20,
        "joined('-', " * 30 + "t" + ", t)" * 30,
        "choose(" * 70 + "a" + ", 1, 2, 3)" * 70,
        "hours_between(d, " * 30 + "d" + ")" * 30,
        "days_after(" * 30 + "d" + ", 1)" * 30,
    ],
)
def test_what_would_grow_without_end_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse(source)


def test_nothing_was_executed(engine: duckdb.DuckDBPyConnection) -> None:
    for hostile in HOSTILE:
        check(engine, "t = '" + hostile.replace("'", "''") + "'")
        check(engine, hostile)
    assert engine.execute("SELECT count(*) FROM given").fetchall() == [(len(ROWS),)]
    assert engine.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(1,)]
