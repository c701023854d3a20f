"""The row evaluator: an expression in Python decimals, for one customer.

It is the oracle of the tests and the engine of explanations and what-if. Over the rows of a fact
an expression is evaluated column by column, with the same meanings.
"""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from types import NoneType
from typing import TYPE_CHECKING, TypeAlias

from kefen.expressions.operators import CATALOGUE
from kefen.expressions.tree import Call, Literal, Name, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kefen.expressions.operators import Operator
    from kefen.expressions.rows import Rows
    from kefen.expressions.tree import Expression, Value

Evaluation: TypeAlias = "Callable[[Mapping[str, Value]], Value]"
RowsEvaluation: TypeAlias = "Callable[[Rows], Sequence[Value]]"
_DECIMALS = {Decimal}


def evaluate(tree: Expression, values: Mapping[str, Value]) -> Value:
    """Return the value of `tree` where names have `values` (None: unknown).

    Raises:
        OutOfRangeError: A number grew too large to be exact.
        KeyError: A name has no value in `values`.
    """
    return evaluation(tree)(values)


def evaluation(tree: Expression) -> Evaluation:
    """Return a function from values to the value of `tree`, for evaluating it many times."""
    if isinstance(tree, Literal):
        constant = tree.value
        return lambda _values: constant
    if isinstance(tree, Name):
        return itemgetter(tree.name)
    if tree.operator == "if":
        return _choice(tree)
    if tree.operator == "choose":
        return _choice_by_key(tree)
    operator = CATALOGUE[tree.operator]
    arguments = [evaluation(argument) for argument in tree.arguments]
    if operator.strict and len(arguments) == 1:
        return _of_one(operator, arguments[0])
    if operator.strict and len(arguments) == 2:
        left, right = tree.arguments
        if isinstance(right, Literal) and right.value is not None:
            return _with_constant(operator, left, right.value)
        return _of_two(operator, *arguments)
    others = [one.value for one in tree.arguments[1:] if isinstance(one, Literal)]
    only_first_varies = len(others) == len(arguments) - 1
    if not operator.strict:
        if only_first_varies:
            return _of_any_with_constants(operator, arguments[0], others)
        return (
            _of_any_two(operator, *arguments)
            if len(arguments) == 2
            else _of_any(operator, arguments)
        )
    if only_first_varies and None not in others:
        return _with_constants(operator, arguments[0], others)
    return lambda values: operator.value([argument(values) for argument in arguments])


def _of_any(operator: Operator, arguments: Sequence[Evaluation]) -> Evaluation:
    """Return what `operator.value` gives where unknown arguments are for the operator to judge."""
    meaning, checked = operator.meaning, operator.checked

    def value(values: Mapping[str, Value]) -> Value:
        found = meaning([argument(values) for argument in arguments])
        return found if found is None or found is True or found is False else checked(found)

    return value


def _of_any_two(operator: Operator, left: Evaluation, right: Evaluation) -> Evaluation:
    """Return what `_of_any` gives for two arguments, without the list of arguments' cost."""
    meaning, checked = operator.meaning, operator.checked

    def value(values: Mapping[str, Value]) -> Value:
        found = meaning((left(values), right(values)))
        return found if found is None or found is True or found is False else checked(found)

    return value


def _of_any_with_constants(
    operator: Operator, argument: Evaluation, others: Sequence[Value]
) -> Evaluation:
    """Return what `_of_any` gives for one argument, or where all but the first are constants."""
    meaning, checked, constants = operator.meaning, operator.checked, tuple(others)

    def value(values: Mapping[str, Value]) -> Value:
        found = meaning((argument(values), *constants))
        return found if found is None or found is True or found is False else checked(found)

    return value


def _of_one(operator: Operator, argument: Evaluation) -> Evaluation:
    """Return what `operator.value` gives for one argument, without the list of arguments' cost."""
    meaning, checked = operator.meaning, operator.checked

    def value(values: Mapping[str, Value]) -> Value:
        one = argument(values)
        return None if one is None else checked(meaning((one,)))

    return value


def _of_two(operator: Operator, left: Evaluation, right: Evaluation) -> Evaluation:
    """Return what `operator.value` gives for two arguments: most of what is evaluated."""
    meaning, checked = operator.meaning_of_two, operator.checked

    def value(values: Mapping[str, Value]) -> Value:
        one, other = left(values), right(values)
        if one is None or other is None:
            return None
        found = meaning(one, other)
        return found if found is True or found is False else checked(found)

    return value


def _with_constant(operator: Operator, left: Expression, right: Value) -> Evaluation:
    """Return what `_of_two` gives where the second argument is a constant: most comparisons."""
    meaning, checked, argument = operator.meaning_of_two, operator.checked, evaluation(left)

    def value(values: Mapping[str, Value]) -> Value:
        one = argument(values)
        if one is None:
            return None
        found = meaning(one, right)
        return found if found is True or found is False else checked(found)

    return value


def _with_constants(
    operator: Operator, argument: Evaluation, others: Sequence[Value]
) -> Evaluation:
    """Return what `operator.value` gives where all arguments but the first are constants."""
    meaning, checked, constants = operator.meaning, operator.checked, tuple(others)

    def value(values: Mapping[str, Value]) -> Value:
        one = argument(values)
        return None if one is None else checked(meaning((one, *constants)))

    return value


def _choice(tree: Call) -> Evaluation:
    """Return the evaluation of `if`, of which, as in SQL, only the chosen side is computed."""
    tests, otherwise = _tried(tree)
    if len(tests) == 1:
        ((condition, yes),) = tests
        no = evaluation(otherwise)
        if isinstance(tree.arguments[1], Literal) and isinstance(otherwise, Literal):
            chosen, other = tree.arguments[1].value, otherwise.value
            return lambda values: chosen if condition(values) is True else other
        return lambda values: yes(values) if condition(values) is True else no(values)
    last = evaluation(otherwise)

    def value(values: Mapping[str, Value]) -> Value:
        for condition, result in tests:
            if condition(values) is True:
                return result(values)
        return last(values)

    return value


def _tried(tree: Expression) -> tuple[list[tuple[Evaluation, Evaluation]], Expression]:
    """Return the conditions of `if` within `if`, each with what it chooses, and what is left."""
    tests: list[tuple[Evaluation, Evaluation]] = []
    while isinstance(tree, Call) and tree.operator == "if":
        condition, yes, no = tree.arguments
        tests.append((evaluation(condition), evaluation(yes)))
        tree = no
    return tests, tree


def _choice_by_key(tree: Call) -> Evaluation:
    """Return the evaluation of `choose`, of which, as in SQL, only the chosen value is computed."""
    subject, *pairs, otherwise = (evaluation(argument) for argument in tree.arguments)
    choices = list(zip(pairs[::2], pairs[1::2], strict=True))

    def value(values: Mapping[str, Value]) -> Value:
        wanted = subject(values)
        for key, result in choices if wanted is not None else ():
            if key(values) == wanted:
                return result(values)
        return otherwise(values)

    return value


def over_rows(tree: Expression) -> RowsEvaluation:
    """Return a function from rows to the value of `tree` for each, as `evaluation` gives it."""
    if isinstance(tree, Literal):
        constant = tree.value
        return lambda rows: (constant,) * rows.count
    if isinstance(tree, Name):
        return itemgetter(tree.name)
    if tree.operator == "if":
        return _choice_over_rows(tree)
    if tree.operator == "choose":
        of_row, names = evaluation(tree), names_in(tree)
        return lambda rows: [of_row(row) for row in rows.one_by_one(names)]
    operator = CATALOGUE[tree.operator]
    if operator.strict and len(tree.arguments) == 2:
        return _of_two_over_rows(operator, *tree.arguments)
    return _of_any_over_rows(operator, [over_rows(argument) for argument in tree.arguments])


def _of_any_over_rows(operator: Operator, arguments: Sequence[RowsEvaluation]) -> RowsEvaluation:
    """Return what `operator.value` gives for arguments in each row."""
    meaning, checked, strict = operator.meaning, operator.all_checked, operator.strict

    def values(rows: Rows) -> Sequence[Value]:
        of_rows = zip(*(argument(rows) for argument in arguments), strict=True)
        found = [None if strict and None in given else meaning(given) for given in of_rows]
        return checked(found)

    return values


def _of_two_over_rows(operator: Operator, left: Expression, right: Expression) -> RowsEvaluation:
    """Return what `operator.value` gives for two arguments in each row."""
    meaning, checked = operator.meaning_of_two, operator.all_checked
    of_left, of_right, of_decimals = over_rows(left), over_rows(right), operator.of_decimals

    def values(rows: Rows) -> Sequence[Value]:
        lefts, rights = of_left(rows), of_right(rows)
        types = {*map(type, lefts), *map(type, rights)}
        if types == _DECIMALS and of_decimals is not None:
            return checked(of_decimals(lefts, rights))
        if NoneType not in types:
            return checked(list(map(meaning, lefts, rights)))
        found = [
            None if one is None or other is None else meaning(one, other)
            for one, other in zip(lefts, rights, strict=True)
        ]
        return checked(found)

    return values


def _choice_over_rows(tree: Call) -> RowsEvaluation:
    """Return the evaluation of `if` over rows, of which only the chosen side is computed."""
    condition, yes, no = (over_rows(argument) for argument in tree.arguments)

    def values(rows: Rows) -> Sequence[Value]:
        met = [holds is True for holds in condition(rows)]
        chosen = iter(yes(rows.where(met)))
        others = iter(no(rows.where([not holds for holds in met])))
        return [next(chosen if holds else others) for holds in met]

    return values
