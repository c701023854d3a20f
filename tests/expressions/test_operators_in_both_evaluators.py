"""Every operator means the same in DuckDB and in Python."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from kefen.compiler.facts import column
from kefen.domain.errors import EngineError
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions import CATALOGUE, Call, Expression, Literal, Name, ValueType, evaluate
from kefen.expressions import to_sql as expression_sql
from kefen.expressions.evaluator import over_rows
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.rows import Rows
from kefen.expressions.tree import replace_names
from kefen.expressions.types import type_of

T = ValueType
Arguments = st.SearchStrategy[tuple[tuple[ValueType, ...], list[tuple[Any, ...]]]]
"""The types of an operator's arguments and rows of values."""

ROWS = 12
EXAMPLES = int(os.environ.get("KEFEN_FUZZ_EXAMPLES", "12"))
"""How many examples each property gets; more for a longer run."""


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        yield made


# --- values ---------------------------------------------------------------------------------

_STORED = Decimal("99999999999999.9999")
_DECIMALS = st.one_of(
    st.sampled_from([Decimal(0), Decimal("0.0001"), Decimal("-0.0001"), Decimal("0.00005") * 0]),
    st.sampled_from([_STORED, -_STORED, Decimal("0.5"), Decimal("-0.5"), Decimal(3), Decimal(-7)]),
    st.decimals(-_STORED, _STORED, places=4, allow_nan=False),
    st.decimals(-10, 10, places=4, allow_nan=False),
).map(lambda value: value.quantize(Decimal("0.0001")))
_WHOLES = st.one_of(st.integers(-12, 12), st.integers(-(10**14), 10**14), st.just(2**53 + 1))
_FACTORS = st.one_of(st.integers(-12, 12), st.integers(-(10**9), 10**9), st.just(2**31 + 1))
_TEXTS = st.one_of(
    st.sampled_from(["", "a", "A", "Ä", "É", "é", "İ", "ſ", "%", "_", "'", '"', "\\", "茶", "x'y"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6),
)
_DAYS = st.one_of(
    st.sampled_from(
        [
            *(date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31), date(2024, 3, 31)),
            *(date(2024, 3, 30), date(2024, 4, 30), date(2023, 12, 31), date(2000, 2, 29)),
            *(date(1900, 2, 28), date(2100, 2, 28), date(2024, 2, 28)),
        ]
    ),
    st.dates(date(1890, 1, 1), date(2110, 12, 31)),
)
_MOMENTS = st.one_of(
    st.builds(datetime.combine, _DAYS, st.just(datetime.min.time())),
    st.builds(datetime.combine, _DAYS, st.just(datetime.max.time())),
    st.datetimes(datetime(1890, 1, 1), datetime(2110, 12, 31)),
)
_VALUES: dict[ValueType, st.SearchStrategy[Any]] = {
    T.INTEGER: _WHOLES,
    T.DECIMAL: _DECIMALS,
    T.TEXT: _TEXTS,
    T.DATE: _DAYS,
    T.MOMENT: _MOMENTS,
    T.BOOLEAN: st.booleans(),
}


def rows_of(types: Sequence[ValueType], *, known: bool = False) -> Arguments:
    """Return rows of values of these types, unknown ones among them."""
    cells = [_VALUES[t] if known else st.one_of(st.none(), _VALUES[t], _VALUES[t]) for t in types]
    return st.tuples(st.just(tuple(types)), st.lists(st.tuples(*cells), min_size=1, max_size=ROWS))


def one_of_types(*choices: Sequence[ValueType]) -> Arguments:
    return st.one_of(*(rows_of(types) for types in choices))


def products() -> st.SearchStrategy[Any]:
    """Whole numbers small enough for their product, and decimals of every size."""
    cells = st.one_of(st.none(), _FACTORS, _FACTORS)
    whole = st.tuples(
        st.just((T.INTEGER, T.INTEGER)),
        st.lists(st.tuples(cells, cells), min_size=1, max_size=ROWS),
    )
    return st.one_of(whole, one_of_types(*NUMBER_PAIRS[1:]))


NUMBER_PAIRS = [(T.INTEGER, T.INTEGER), (T.DECIMAL, T.DECIMAL), (T.INTEGER, T.DECIMAL)]
NUMBER_PAIRS.append((T.DECIMAL, T.INTEGER))
ALIKE_PAIRS = [*NUMBER_PAIRS, *((t, t) for t in (T.TEXT, T.DATE, T.MOMENT, T.BOOLEAN))]


def tuples_like(pairs: list[tuple[ValueType, ValueType]], *, most: int = 4) -> Arguments:
    """Return rows of two to `most` arguments that fit together pairwise."""
    return st.sampled_from(pairs).flatmap(
        lambda pair: st.integers(1, most - 1).flatmap(lambda n: rows_of([pair[0], *[pair[1]] * n]))
    )


def _with_constants(
    types: tuple[ValueType, ...], constants: st.SearchStrategy[tuple[Any, ...]]
) -> st.SearchStrategy[tuple[tuple[ValueType, ...], list[tuple[Any, ...]], tuple[Any, ...]]]:
    return st.tuples(rows_of(types), constants).map(lambda both: (*both[0], both[1]))


def ascending_cuts(of: ValueType) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(_VALUES[of], max_size=25).map(lambda cuts: tuple(sorted(cuts)))


_HALVINGS: dict[ValueType, st.SearchStrategy[Any]] = {
    T.INTEGER: st.one_of(st.integers(-2, 130), st.just(2**62)),
    T.DECIMAL: st.one_of(st.decimals(-2, 130, places=4), st.just(_STORED)),
}
_SPANS: dict[ValueType, st.SearchStrategy[Any]] = {
    T.INTEGER: st.one_of(
        st.integers(-400, 400), st.integers(-4_000_001, 4_000_001), st.just(2**62)
    ),
    T.DECIMAL: st.one_of(st.decimals(-400, 400, places=4), st.sampled_from([_STORED, -_STORED])),
}
_EDGE_DAYS: dict[ValueType, st.SearchStrategy[Any]] = {
    T.DATE: st.sampled_from([date.min, date.max]),
    T.MOMENT: st.sampled_from([datetime(1, 1, 1, 3), datetime(9999, 12, 31, 23, 59)]),
}
_COUNTRIES = st.sampled_from(
    (
        *("CN", "cn", "CHN", "156", "China", "CHINA", "中国", "中华人民共和国", "Côte d’Ivoire"),
        *("CÔTE", "Myanmar (Burma)", "St. Kitts & Nevis", "uk", "AD|AE", "|", '"', "{x=y}", "\\"),
        "Atlantis",
    )
)
_NUMBERS_WRITTEN = st.one_of(
    st.text("0123456789.,-+% ", max_size=8),
    st.text("０１９．，－＋％−– \u3000'’\t\n1Ee", max_size=6),
    st.decimals(-_STORED, _STORED, places=7).map(str),
    st.decimals(-_STORED, _STORED, places=6).map("{:,} %".format),
    st.decimals(-2, 2, places=5).map("{}%".format),
    st.integers(-(10**17), 10**17).map("{:,}".format),
    st.sampled_from(["99999999999999.99995", "99999999999999.99994", "0" * 40 + "1", "1e3"]),
    st.sampled_from(["1." + "9" * 50, "0.00004" + "9" * 50, "0.00005", "(5)", "5-", "inf", "NaN"]),
    st.sampled_from(["1_000", "0x10", "٣", "½", "1\n2", ".5", "5.", ".", "+", "%", "1,23"]),
)


_DATES_WRITTEN = st.one_of(
    st.builds(
        "{}{:04}{}{:02}{}{:02}{}".format,
        st.sampled_from(["", " ", "\u3000", "\n", "\t\u00a0", "x"]),
        st.one_of(st.integers(1890, 2110), st.sampled_from([0, 1, 10, 100, 1000, 9999, 10000])),
        st.shared(st.sampled_from(["-", "/", "", ".", "－", "／"]), key="sign"),
        st.integers(0, 13),
        st.one_of(
            st.shared(st.sampled_from(["-", "/", "", ".", "－", "／"]), key="sign"),
            st.sampled_from(["-", "/", ""]),
        ),
        st.integers(0, 32),
        st.sampled_from(["", " ", "\n", "\n\n", "x", " 00:00"]),
    ),
    st.dates().map(str),
    st.text("0123456789-/ ", max_size=11),
    st.sampled_from(
        ["２０２６－１０／３１", "２０２６／１０／３１", "٢٠٢٦-١٠-٣١", "2026-1-5", "1"]
    ),
)


def _halves_of_a_unit() -> Arguments:
    """Moments apart by about half a ten-thousandth of an hour more than whole ones."""
    apart = st.builds(
        lambda units, beside: timedelta(microseconds=units * 360_000 + 180_000 + beside),
        st.integers(-(10**6), 10**6),
        st.integers(-1, 1),
    )
    rows = st.tuples(_MOMENTS, apart).map(lambda pair: (pair[0], pair[0] + pair[1]))
    return st.tuples(st.just((T.MOMENT, T.MOMENT)), st.lists(rows, min_size=1, max_size=ROWS))


def _anchors() -> st.SearchStrategy[tuple[Any, ...]]:
    """Places, ascending, each with a value: small ones, and as large as can be stored."""
    numbers = st.one_of(_DECIMALS, st.integers(-20, 20), st.integers(-(10**13), 10**13))
    return st.lists(
        st.tuples(numbers, numbers), min_size=2, max_size=6, unique_by=lambda p: p[0]
    ).map(lambda pairs: tuple(x for pair in sorted(pairs, key=lambda p: p[0]) for x in pair))


def _near(anchors: tuple[Any, ...], of: ValueType) -> st.SearchStrategy[Any]:
    """Values between the anchors, on them, and far from them."""
    places = [Decimal(place) for place in anchors[::2]]
    if of is T.INTEGER:
        return st.one_of(
            st.integers(int(places[0]) - 2, int(places[-1]) + 2),
            st.sampled_from([int(place) for place in places]),
            _WHOLES,
        )
    within = st.decimals(places[0], places[-1], places=4).map(
        lambda value: value.quantize(Decimal("0.0001"))
    )
    return st.one_of(within, st.sampled_from(places), _DECIMALS)


# How each operator's arguments are made: columns, then constants.
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("add", "subtract", "divide"), one_of_types(*NUMBER_PAIRS)),
    "multiply": products(),
    **dict.fromkeys(("negate", "absolute"), one_of_types([T.INTEGER], [T.DECIMAL])),
    **dict.fromkeys(
        ("round", "round_down", "round_up"),
        st.one_of(
            *(_with_constants((t,), st.tuples(st.integers(-6, 4))) for t in (T.INTEGER, T.DECIMAL))
        ),
    ),
    "halved": st.one_of(
        *(
            st.tuples(
                st.just((of, times)),
                st.lists(
                    st.tuples(
                        st.one_of(st.none(), _VALUES[of]), st.one_of(st.none(), _HALVINGS[times])
                    ),
                    min_size=1,
                    max_size=ROWS,
                ),
            )
            for of in (T.INTEGER, T.DECIMAL)
            for times in (T.INTEGER, T.DECIMAL)
        )
    ),
    "choose": st.sampled_from(ALIKE_PAIRS).flatmap(
        lambda keys: st.sampled_from(ALIKE_PAIRS).flatmap(
            lambda values: rows_of([keys[0], keys[1], values[0], keys[1], values[1], values[1]])
        )
    ),
    "interpolated": st.sampled_from([T.INTEGER, T.DECIMAL]).flatmap(
        lambda t: _anchors().flatmap(
            lambda anchors: st.tuples(
                st.just((t,)),
                st.lists(
                    st.tuples(st.one_of(st.none(), _near(anchors, t))), min_size=1, max_size=ROWS
                ),
                st.just(anchors),
            )
        )
    ),
    **dict.fromkeys(
        ("equals", "differs", "less", "at_most", "greater", "at_least"), one_of_types(*ALIKE_PAIRS)
    ),
    **dict.fromkeys(("and", "or"), one_of_types([T.BOOLEAN] * 2, [T.BOOLEAN] * 3)),
    "not": rows_of([T.BOOLEAN]),
    "one_of": tuples_like(ALIKE_PAIRS),
    **dict.fromkeys(("is_known", "is_unknown"), one_of_types(*([t] for t in _VALUES))),
    "if": one_of_types(*([T.BOOLEAN, *pair] for pair in ALIKE_PAIRS)),
    **dict.fromkeys(("first_known", "smallest", "largest"), tuples_like(ALIKE_PAIRS)),
    "date_of": one_of_types([T.MOMENT], [T.DATE]),
    **dict.fromkeys(
        ("days_between", "months_between", "years_between"),
        one_of_types([T.DATE, T.DATE], [T.MOMENT, T.DATE], [T.MOMENT, T.MOMENT]),
    ),
    "hours_between": st.one_of(
        one_of_types([T.DATE, T.DATE], [T.MOMENT, T.DATE], [T.MOMENT, T.MOMENT]),
        _halves_of_a_unit(),
    ),
    **dict.fromkeys(
        ("start_of_month", "start_of_quarter", "start_of_year"),
        st.one_of(
            one_of_types([T.DATE], [T.MOMENT]),
            *(
                st.tuples(st.just((of,)), st.lists(st.tuples(days), min_size=1, max_size=ROWS))
                for of, days in _EDGE_DAYS.items()
            ),
        ),
    ),
    "date": st.tuples(
        st.just((T.TEXT,)),
        st.lists(
            st.tuples(st.one_of(st.none(), _DATES_WRITTEN, _TEXTS)), min_size=1, max_size=ROWS
        ),
    ),
    "months_before": _with_constants((T.DATE,), st.tuples(st.integers(-500, 500))),
    "days_after": st.one_of(
        *(
            st.tuples(
                st.just((day, days)),
                st.lists(
                    st.tuples(
                        st.one_of(st.none(), _VALUES[day], _EDGE_DAYS[day]),
                        st.one_of(st.none(), _SPANS[days]),
                    ),
                    min_size=1,
                    max_size=ROWS,
                ),
            )
            for day in (T.DATE, T.MOMENT)
            for days in (T.INTEGER, T.DECIMAL)
        )
    ),
    **dict.fromkeys(("year_of", "month_of"), one_of_types([T.DATE], [T.MOMENT])),
    "lower": rows_of([T.TEXT]),
    "country_code": st.tuples(
        st.just((T.TEXT,)),
        st.lists(st.tuples(st.one_of(_COUNTRIES, _TEXTS)), min_size=1, max_size=ROWS),
    ),
    "number": st.tuples(
        st.just((T.TEXT,)),
        st.lists(st.tuples(st.one_of(_NUMBERS_WRITTEN, _TEXTS)), min_size=1, max_size=ROWS),
    ),
    **dict.fromkeys(("contains", "starts_with", "ends_with"), rows_of([T.TEXT, T.TEXT])),
    **dict.fromkeys(
        ("cuts_below", "cuts_around"),
        st.sampled_from([T.INTEGER, T.DECIMAL, T.DATE]).flatmap(
            lambda t: _with_constants((t,), ascending_cuts(t))
        ),
    ),
    "share_of": st.tuples(
        st.just((T.DECIMAL, T.INTEGER)),
        st.lists(
            st.tuples(
                st.one_of(st.none(), st.decimals(0, 100, places=4)),
                st.one_of(st.none(), st.integers(0, 198)),
            ),
            min_size=1,
            max_size=ROWS,
        ),
        st.just((198,)),
    ),
    "part_of": st.tuples(
        st.just((T.DECIMAL, T.DECIMAL, T.DECIMAL)),
        st.lists(
            st.tuples(
                *(
                    st.one_of(st.none(), st.decimals(least, 1000, places=4))
                    for least in (0, -1000, -3)
                )
            ),
            min_size=1,
            max_size=ROWS,
        ),
    ),
    "lookup": _with_constants(
        (T.INTEGER,),
        st.dictionaries(st.integers(-12, 12), _DECIMALS, min_size=1, max_size=6).map(
            lambda pairs: tuple(x for pair in pairs.items() for x in pair)
        ),
    ),
    "joined": rows_of([T.INTEGER, T.INTEGER, T.INTEGER]),
}


def in_sql(
    engine: DuckDBEngine,
    tree: Expression,
    types: Sequence[ValueType],
    rows: Sequence[tuple[Any, ...]],
) -> list[Any]:
    """Return the tree's value in DuckDB for each row of columns `c0`, `c1`, ..."""
    stored = {T.DECIMAL: "DECIMAL(18, 4)"}
    columns = ", ".join(f'"c{i}" {stored.get(t, t.sql)}' for i, t in enumerate(types))
    engine.run(f"CREATE OR REPLACE TEMP TABLE given (n BIGINT, {columns})")
    marks = ", ".join("?" for _ in range(len(types) + 1))
    for number, row in enumerate(rows):
        engine.run(f"INSERT INTO given VALUES ({marks})", [number, *row])
    names = [f"c{i}" for i in range(len(types))]
    sql = expression_sql(
        tree,
        {name: column(name) for name in names},
        dict(zip(names, types, strict=True)),
    ).sql("duckdb")
    return [row[0] for row in engine.rows(f"SELECT {sql} FROM given ORDER BY n")]


def tree_of(operator: str, columns: int, constants: Sequence[Any]) -> Call:
    names = [Name(f"c{i}") for i in range(columns)]
    if operator == "joined":
        return Call(operator, (Literal("-"), *names))
    return Call(operator, (*names, *(Literal(value) for value in constants)))


def test_every_operator_has_a_parity_test() -> None:
    assert set(ARGUMENTS) == set(CATALOGUE)


@pytest.mark.parametrize("operator", sorted(ARGUMENTS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_no_operator_writes_its_arguments_more_often_than_it_says(
    operator: str, data: st.DataObject
) -> None:
    types, _rows, *further = data.draw(ARGUMENTS[operator])
    tree = tree_of(operator, len(types), further[0] if further else ())
    names = [f"c{i}" for i in range(len(types))]
    sql = expression_sql(
        tree, {name: column(name) for name in names}, dict(zip(names, types, strict=True))
    )
    written = [node.name for node in sql.find_all(exp.Column)]
    shift = len(tree.arguments) - len(types) if operator == "joined" else 0
    said = CATALOGUE[operator]
    for index, name in enumerate(names):
        first = index + shift == 0 and said.repeats_first is not None
        most = said.repeats_first(len(tree.arguments)) if first else said.repeats  # type: ignore[misc]
        assert written.count(name) <= max(most, said.repeats_names)


@pytest.mark.parametrize("operator", sorted(ARGUMENTS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_sql_and_python_agree(engine: DuckDBEngine, operator: str, data: st.DataObject) -> None:
    types, rows, *further = data.draw(ARGUMENTS[operator])
    tree = tree_of(operator, len(types), further[0] if further else ())
    scope = {f"c{i}": t for i, t in enumerate(types)}
    expected = [evaluate(tree, {f"c{i}": value for i, value in enumerate(row)}) for row in rows]
    columns = dict(zip(scope, zip(*rows, strict=True), strict=True))
    by_column = over_rows(tree)(Rows(len(rows), columns.__getitem__))
    assert [*map(repr, by_column)] == [*map(repr, expected)]
    found = in_sql(engine, tree, types, rows)
    assert found == expected
    if type_of(tree, scope) is T.DECIMAL:
        assert all(v is None or v.as_tuple().exponent == -4 for v in found)


@pytest.mark.parametrize("operator", ["add", "subtract", "multiply", "negate", "absolute"])
def test_whole_numbers_past_64_bits_are_refused_by_both(
    engine: DuckDBEngine, operator: str
) -> None:
    least = -(2**63)
    types: tuple[ValueType, ...] = (T.INTEGER, T.INTEGER)
    row: tuple[Any, ...] = (least, 2 if operator == "multiply" else least)
    if operator == "subtract":
        row = (least, 1)
    if operator in ("negate", "absolute"):
        types, row = types[:1], row[:1]
    tree = tree_of(operator, len(types), ())
    with pytest.raises(OutOfRangeError):
        evaluate(tree, {f"c{i}": value for i, value in enumerate(row)})
    with pytest.raises(EngineError):
        in_sql(engine, tree, types, [row])


def test_quotients_agree_on_both_sides_of_where_64_bits_are_enough(engine: DuckDBEngine) -> None:
    ends = [
        Decimal(text)
        for text in ("9999999998.9999", "9999999999", "9999999999.0001", "10000000000")
    ] + [Decimal("99999999999999.9999"), Decimal("0.0001"), Decimal("3.0000"), Decimal(0)]
    signed = [sign * end for end in ends for sign in (1, -1)]
    rows = [(a, b) for a in signed for b in signed]
    tree = tree_of("divide", 2, ())
    expected: list[Any] = [evaluate(tree, {"c0": a, "c1": b}) for a, b in rows]
    fits = [value is None or abs(value) < 10**14 for value in expected]
    kept = [row for row, fit in zip(rows, fits, strict=True) if fit]
    found = in_sql(engine, tree, (T.DECIMAL, T.DECIMAL), kept)
    assert found == [value for value, fit in zip(expected, fits, strict=True) if fit]
    wholes = [(int(a), int(b)) for a, b in rows]
    assert in_sql(engine, tree, (T.INTEGER, T.INTEGER), wholes) == [
        evaluate(tree, {"c0": a, "c1": b}) for a, b in wholes
    ]
    by_constant = Call("divide", (Name("c0"), Literal(12)))
    singles = [(a,) for a in signed]
    assert in_sql(engine, by_constant, (T.DECIMAL,), singles) == [
        evaluate(by_constant, {"c0": a}) for a in signed
    ]


@pytest.mark.parametrize("operator", ["add", "subtract"])
@pytest.mark.parametrize("below", [False, True])
def test_quotients_of_sums_agree_on_both_sides_of_where_64_bits_are_enough(
    engine: DuckDBEngine, operator: str, *, below: bool
) -> None:
    ends = ["9999999999", "9999999999.0001", "4999999999.9999", "0.0001", "3", "0"]
    signed = [sign * Decimal(end).quantize(Decimal("0.0001")) for end in ends for sign in (1, -1)]
    rows: list[tuple[Decimal | None, Decimal, Decimal]] = [
        (a, b, c) for a in signed for b in signed for c in signed if abs(c) > 1
    ]
    rows.append((None, signed[0], signed[0]))
    together, other = Call(operator, (Name("c0"), Name("c1"))), Name("c2")
    tree = Call("divide", (other, together) if below else (together, other))
    three = (T.DECIMAL, T.DECIMAL, T.DECIMAL)
    expected: list[Any] = [
        evaluate(tree, dict(zip(("c0", "c1", "c2"), row, strict=True))) for row in rows
    ]
    fits = [value is None or abs(value) < 10**14 for value in expected]
    kept = [row for row, fit in zip(rows, fits, strict=True) if fit]
    assert len(kept) > len(rows) // 2
    assert in_sql(engine, tree, three, kept) == [
        value for value, fit in zip(expected, fits, strict=True) if fit
    ]
    wholes = [tuple(None if one is None else int(one) for one in row) for row in kept]
    assert in_sql(engine, tree, (T.INTEGER, T.INTEGER, T.INTEGER), wholes) == [
        evaluate(tree, dict(zip(("c0", "c1", "c2"), row, strict=True))) for row in wholes
    ]
    for written in (12, Decimal("0.5"), Decimal("99999999999999.9999"), Decimal(10) ** 10):
        by_constant = replace_names(tree, {"c1": Literal(written)})
        pairs = [(a, b) for a in signed for b in signed if abs(b) > 1]
        assert in_sql(
            engine, replace_names(by_constant, {"c2": Name("c1")}), (T.DECIMAL, T.DECIMAL), pairs
        ) == [evaluate(by_constant, {"c0": a, "c2": b}) for a, b in pairs]


def test_days_apart_and_sums_of_whole_numbers_are_divided_as_ever(engine: DuckDBEngine) -> None:
    days = Call("divide", (Call("days_between", (Name("c0"), Name("c1"))), Literal(30)))
    row = (date(2024, 1, 1), date(2024, 3, 2))
    assert in_sql(engine, days, (T.DATE, T.DATE), [row]) == [Decimal("2.0333")]
    largest = 2**62
    whole = Call("divide", (Call("add", (Name("c0"), Name("c1"))), Literal(10**9)))
    assert in_sql(engine, whole, (T.INTEGER, T.INTEGER), [(largest, 1), (7, 10**9)]) == [
        evaluate(whole, {"c0": largest, "c1": 1}),
        Decimal("1.0000"),
    ]


def test_division_by_zero_is_unknown(engine: DuckDBEngine) -> None:
    tree = tree_of("divide", 2, ())
    assert in_sql(engine, tree, (T.INTEGER, T.INTEGER), [(5, 0), (0, 0), (-5, 2)]) == [
        None,
        None,
        Decimal("-2.5000"),
    ]


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("2.5", 0, "3"),
        ("1.0049", 2, "1.00"),
        ("1.0050", 2, "1.01"),
        ("-1.0050", 2, "-1.01"),
        ("99999999999999.9999", 3, "100000000000000.000"),
        ("45", -1, "50"),
        ("-44.9999", -1, "-40"),
        ("500000", -6, "1000000"),
        ("499999.9999", -6, "0"),
    ],
)
def test_halves_are_rounded_away_from_zero(
    engine: DuckDBEngine, value: str, places: int, expected: str
) -> None:
    tree = tree_of("round", 1, (places,))
    row = (Decimal(value),)
    assert in_sql(engine, tree, (T.DECIMAL,), [row]) == [Decimal(expected)]
    assert evaluate(tree, {"c0": row[0]}) == Decimal(expected)


@pytest.mark.parametrize(
    ("name", "value", "places", "expected"),
    [
        ("round_down", "29999.9999", -4, "20000"),
        ("round_down", "30000", -4, "30000"),
        ("round_down", "-10000.0001", -4, "-10000"),
        ("round_up", "20000.0001", -4, "30000"),
        ("round_up", "-1", -6, "-1000000"),
        ("round_up", "0", -6, "0"),
    ],
)
def test_places_below_zero_cut_to_tens_and_more(
    engine: DuckDBEngine, name: str, value: str, places: int, expected: str
) -> None:
    tree = tree_of(name, 1, (places,))
    row = (Decimal(value),)
    assert in_sql(engine, tree, (T.DECIMAL,), [row]) == [Decimal(expected)]
    assert evaluate(tree, {"c0": row[0]}) == Decimal(expected)


@pytest.mark.parametrize("member", [1, None])
def test_a_list_with_an_unknown_member_leaves_the_answer_unknown(
    engine: DuckDBEngine, member: int | None
) -> None:
    tree = Call("one_of", (Name("c0"), Literal(1), Name("c1")))
    row = (1, member)
    expected = None if member is None else True
    assert evaluate(tree, {"c0": 1, "c1": member}) is expected
    assert in_sql(engine, tree, (T.INTEGER, T.INTEGER), [row]) == [expected]


def test_sums_past_28_digits_stay_exact(engine: DuckDBEngine) -> None:
    square = Call("multiply", (Name("c0"), Name("c0")))
    tree = Call("subtract", (Call("add", (square, Name("c1"))), square))
    row = (Decimal("99999999999999.9999"), Decimal("0.0001"))
    assert evaluate(tree, {"c0": row[0], "c1": row[1]}) == Decimal("0.0001")
    assert in_sql(engine, tree, (T.DECIMAL, T.DECIMAL), [row]) == [Decimal("0.0001")]


# --- whole expressions ----------------------------------------------------------------------

_NUMBERS: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.sampled_from([Name("c0"), Name("c1"), Name("c2")]),
        st.integers(-9, 9).map(Literal),
        st.decimals(-9, 9, places=4).map(Literal),
        st.just(Literal(None)),
    ),
    lambda inner: st.one_of(
        *(
            st.tuples(inner, inner).map(lambda both, o=o: Call(o, both))  # type: ignore[misc]
            for o in ("add", "subtract", "multiply", "divide", "smallest", "first_known")
        ),
        inner.map(lambda one: Call("absolute", (one,))),
        st.tuples(inner, inner, inner).map(
            lambda three: Call("if", (Call("less", three[:2]), three[2], three[0]))
        ),
        st.tuples(inner, inner, inner).map(
            lambda three: Call("if", (Call("one_of", three), three[1], three[2]))
        ),
    ),
    max_leaves=7,
)


@settings(max_examples=5 * EXAMPLES, deadline=None)
@given(tree=_NUMBERS, rows=rows_of((T.INTEGER, T.DECIMAL, T.DECIMAL)))
def test_expressions_of_several_operators_agree(
    engine: DuckDBEngine, tree: Expression, rows: tuple[Any, list[tuple[Any, ...]]]
) -> None:
    types, values = rows
    small = [tuple(v % 1000 if v is not None else None for v in row) for row in values]
    expected = [evaluate(tree, {f"c{i}": v for i, v in enumerate(row)}) for row in small]
    assert in_sql(engine, tree, types, small) == expected


@pytest.mark.parametrize(
    ("operator", "row", "expected"),
    [
        (
            "hours_between",
            (datetime(2026, 5, 1, 23), datetime(2026, 5, 2, 1, 0, 0, 180_000)),
            Decimal("2.0001"),
        ),
        (
            "hours_between",
            (datetime(2026, 5, 2, 1, 0, 0, 180_000), datetime(2026, 5, 1, 23)),
            Decimal("-2.0001"),
        ),
        ("hours_between", (datetime(2026, 5, 1, 23), date(2026, 5, 2)), Decimal(1)),
        ("hours_between", (date.min, datetime.max), Decimal("87649416.0000")),
        ("start_of_month", (datetime(2024, 2, 29, 23, 59),), date(2024, 2, 1)),
        ("start_of_quarter", (date(2024, 12, 31),), date(2024, 10, 1)),
        ("start_of_quarter", (date(2024, 1, 1),), date(2024, 1, 1)),
        ("start_of_year", (date(2024, 12, 31),), date(2024, 1, 1)),
        ("date", ("2024-02-29",), date(2024, 2, 29)),
        ("date", (" 2024/02/29\n",), date(2024, 2, 29)),
        ("date", ("２０２４０２２９",), date(2024, 2, 29)),
        ("date", ("2023-02-29",), None),
        ("date", ("2024-02/29",), None),
        ("date", ("2024-2-29",), None),
        ("date", ("0000-01-01",), None),
        ("date", ("2024-02-29 10:00",), None),
    ],
)
def test_dates(engine: DuckDBEngine, operator: str, row: tuple[Any, ...], expected: Any) -> None:
    tree = tree_of(operator, len(row), ())
    types = [
        T.TEXT if isinstance(v, str) else T.MOMENT if isinstance(v, datetime) else T.DATE
        for v in row
    ]
    assert evaluate(tree, {f"c{i}": value for i, value in enumerate(row)}) == expected
    assert in_sql(engine, tree, types, [row]) == [expected]
