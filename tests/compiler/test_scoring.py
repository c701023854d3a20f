"""Steps written ahead make the same query as steps written when it is asked."""

from __future__ import annotations

from decimal import Decimal

from kefen.compiler.scoring import layered_query, written_ahead
from kefen.compiler.steps import Step
from kefen.expressions.tree import Call, Literal, Name
from kefen.expressions.types import ValueType

TYPES = {"revenue": ValueType.DECIMAL}
TWICE = Step("a:twice", Call("add", (Name("revenue"), Name("revenue"))), ValueType.DECIMAL)
MORE = Step("a:more", Call("add", (Name("a:twice"), Literal(Decimal("1.0000")))), ValueType.DECIMAL)
OF_ANOTHER = Step("a:other", Name("b:grade"), ValueType.TEXT)


def query(*steps: Step, ahead: tuple[Step, ...] = ()) -> str:
    types = TYPES | {"b:grade": ValueType.TEXT}
    wanted = [step.name for step in steps]
    written = written_ahead(ahead, TYPES)
    return layered_query("metrics", steps, types, wanted, written).sql("duckdb")


def test_the_query_is_the_same_as_without_writing_ahead() -> None:
    steps = (TWICE, MORE, OF_ANOTHER)
    assert set(written_ahead(steps, TYPES)) == {"a:twice", "a:more"}
    assert query(*steps, ahead=steps) == query(*steps)


def test_another_step_of_the_name_is_written_anew() -> None:
    other = Step("a:more", Call("add", (Name("a:twice"), Literal(Decimal(2)))), ValueType.DECIMAL)
    assert query(TWICE, other, ahead=(TWICE, MORE)) == query(TWICE, other)
    assert query(TWICE, other, ahead=(TWICE, MORE)) != query(TWICE, MORE)
