"""The inputs of a model as SQL: one row a customer, and different rows with their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.scoring import layered_query, whole_numbers
from kefen.compiler.steps import Step
from kefen.expressions.sql import literal
from kefen.expressions.tree import Literal, Name, names_in, replace_names
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Model, ModelInput

COUNT = "customers"
"""The column of `different_rows` with how many customers have a row."""
_AMONG = "model:among"
_DIGEST = "model:digest"
LOST = "model::lost"
"""The column with 1 for who was lost and 0 for who was kept; no input can be called so."""


def model_inputs(
    model: Model, source: str, types: Mapping[str, ValueType], as_of: date
) -> exp.Select:
    """Return the query of a model's inputs: `customer_id` and a column for each input.

    Numbers come as whole numbers, decimals in ten-thousandths, so that whoever computes with them
    starts from the same ones; texts as they are. Customers whom the model is not about, and those
    with an unknown input, are left out.

    Args:
        model: The model.
        source: The relation of the metrics it rests on, one row a customer.
        types: The types of its columns.
        as_of: The as-of date.
    """
    there: Mapping[str, Expression] = {
        name: Literal(as_of) if name == "as_of" else Name(name)
        for tree in model.expressions
        for name in names_in(tree)
    }
    steps = [
        Step(_column(one), replace_names(one.value, dict(there)), one.type) for one in model.inputs
    ]
    kept = [step.name for step in steps]
    if model.among is not None:
        steps.append(Step(_AMONG, replace_names(model.among, dict(there)), ValueType.BOOLEAN))
    wanted = [step.name for step in steps]
    query = layered_query(source, steps, types, wanted).subquery("inputs", copy=False)
    values = [
        exp.alias_(_plain(one), _column(one), quoted=True, copy=False) for one in model.inputs
    ]
    found = exp.select(column("customer_id"), *values, copy=False).from_(query, copy=False)
    for name in kept:
        found = found.where(exp.Is(this=column(name), expression=exp.Null()).not_())
    return found if model.among is None else found.where(column(_AMONG))


def learning_rows(
    model: Model, inputs: str, source: str, types: Mapping[str, ValueType], as_of: date
) -> exp.Select:
    """Return the query of a model's inputs beside who was lost; without whom it is unknown of.

    Args:
        model: A model that learns who is lost.
        inputs: The relation of the inputs that it learns from, as `model_inputs` gives it.
        source: The relation of the metrics that tell who was lost by now, one row a customer.
        types: The types of its columns.
        as_of: The as-of date.
    """
    assert model.lost is not None  # noqa: S101  the caller's condition
    there: Mapping[str, Expression] = {
        name: Literal(as_of) if name == "as_of" else Name(name) for name in names_in(model.lost)
    }
    lost = Step(LOST, replace_names(model.lost, dict(there)), ValueType.BOOLEAN)
    known = layered_query(source, [lost], types, [LOST]).subquery("known")
    columns = ["customer_id", *input_columns(model)]
    number = exp.cast(exp.column(LOST, table="known", quoted=True), "BIGINT")
    return (
        exp.select(*(exp.column(name, table="then", quoted=True) for name in columns))
        .select(exp.alias_(number, LOST, quoted=True))
        .from_(exp.alias_(table(inputs), "then", table=True, quoted=True))
        .join(
            known,
            on=exp.EQ(
                this=exp.column("customer_id", table="then", quoted=True),
                expression=exp.column("customer_id", table="known", quoted=True),
            ),
        )
        .where(
            exp.Is(this=exp.column(LOST, table="known", quoted=True), expression=exp.Null()).not_()
        )
    )


def different_rows(model: Model, relation: str, one_in: int = 1) -> exp.Select:
    """Return the query of the different rows of what a model learns from, with counts, in order.

    Args:
        model: The model.
        relation: The relation that `model_inputs` gives, or `learning_rows`.
        one_in: A power of two: take that part of the customers, of a relation that `half_of_them`
            gives unless it is 1.
    """
    columns = [column(name) for name in learned_columns(model)]
    query = exp.select(*columns, exp.alias_(exp.Count(this=exp.Star()), COUNT, quoted=True)).from_(
        table(relation)
    )
    if one_in > 1:
        query = query.where(_sampled(one_in))
    return query.group_by(*(one.copy() for one in columns)).order_by(
        *(one.copy() for one in columns)
    )


def half_of_them(model: Model, relation: str) -> exp.Select:
    """Return the query of every second customer, by the MD5 of their ids, which it has beside.

    Args:
        model: The model.
        relation: The relation that `model_inputs` gives, or `learning_rows`.
    """
    digest = exp.alias_(exp.MD5(this=column("customer_id")), _DIGEST, quoted=True)
    every = exp.select(*(column(name) for name in learned_columns(model)), digest)
    columns = [column(name) for name in (*learned_columns(model), _DIGEST)]
    return (
        exp.select(*columns)
        .from_(every.from_(table(relation)).subquery("every"))
        .where(_sampled(2))
    )


def _sampled(one_in: int) -> exp.Expr:
    """Return whether a customer is in the sample: its hash is in the first part of all hashes."""
    return exp.LT(this=column(_DIGEST), expression=literal(format(2**32 // one_in, "08x")))


def _column(one: ModelInput) -> str:
    return f"model:{one.id}"


def _plain(one: ModelInput) -> exp.Expr:
    if one.type is ValueType.TEXT:
        return column(_column(one))
    return whole_numbers(_column(one), one.type, negated=False)


def input_columns(model: Model) -> tuple[str, ...]:
    """Return the names of the columns that `model_inputs` gives beside `customer_id`."""
    return tuple(_column(one) for one in model.inputs)


def learned_columns(model: Model) -> tuple[str, ...]:
    """Return the names of the columns that a model learns from."""
    return input_columns(model) if model.lost is None else (*input_columns(model), LOST)
