"""Comparing grades: `member >= 'gold'` means gold or a higher grade, by the order of the grades."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Call, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression

_EQUAL = frozenset({"equals", "differs", "one_of"})
_MIRRORED = {
    "less": "greater",
    "at_most": "at_least",
    "greater": "less",
    "at_least": "at_most",
}


def compared_by_rank(tree: Expression, grades: Mapping[str, tuple[str, ...]]) -> Expression:
    """Return an expression in which grades are compared by their order, not as texts.

    Args:
        tree: The expression.
        grades: By scheme: its grades from the highest to the lowest; empty for open classes.

    Returns:
        The expression with each comparison written as “is one of”.

    Raises:
        ExpressionError: A grade is compared with what is none of its scheme's grades, or with
            another scheme's.
    """
    if not isinstance(tree, Call):
        return tree
    if tree.operator in _EQUAL:
        _must_be_grades(tree, grades)
    if tree.operator in _MIRRORED:
        left, right = tree.arguments
        if isinstance(left, Name) and left.name in grades:
            return _one_of(tree, tree.operator, left, right, grades)
        if isinstance(right, Name) and right.name in grades:
            return _one_of(tree, _MIRRORED[tree.operator], right, left, grades)
    arguments = tuple(compared_by_rank(argument, grades) for argument in tree.arguments)
    return tree if arguments == tree.arguments else Call(tree.operator, arguments, tree.at)


def _must_be_grades(tree: Call, grades: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a grade compared with a text that is none of its scheme's grades."""
    scheme = next((a for a in tree.arguments if isinstance(a, Name) and a.name in grades), None)
    if scheme is None or not grades[scheme.name]:
        return
    for argument in tree.arguments:
        value = argument.value if isinstance(argument, Literal) else None
        if isinstance(value, str) and value not in grades[scheme.name]:
            raise _no_such_grade(scheme, argument, value, grades[scheme.name])


def _no_such_grade(
    scheme: Name, other: Expression, grade: str, order: tuple[str, ...]
) -> ExpressionError:
    near = difflib.get_close_matches(grade, order, 1, 0.5)
    return ExpressionError(
        Text("“{s}” has no grade “{g}”", "“{s}”没有等级“{g}”").filled(s=scheme.name, g=grade)
        if order
        else Text("the classes of “{s}” have no order", "“{s}”的类别没有高低次序").filled(
            s=scheme.name
        ),
        other.at,
        Text("Did you mean “{n}”?", "是否应为“{n}”？").filled(n=near[0])
        if near
        else Text("Its grades: {g}.", "它的等级：{g}。").filled(g=", ".join(order) or "-"),
    )


def _one_of(
    tree: Call,
    operator: str,
    scheme: Name,
    other: Expression,
    grades: Mapping[str, tuple[str, ...]],
) -> Expression:
    order = grades[scheme.name]
    if not isinstance(other, Literal) or not isinstance(other.value, str):
        raise ExpressionError(
            Text(
                "a grade of “{s}” can be higher or lower than one of its own grades only",
                "“{s}”的等级只能与它自己的等级比较高低",
            ).filled(s=scheme.name),
            other.at,
            Text("Write a grade in quotes, such as “{e}”.", "请写带引号的等级，例如“{e}”。").filled(
                e=f"{scheme.name} >= '{order[0] if order else 'A'}'"
            ),
        )
    if other.value not in order:
        raise _no_such_grade(scheme, other, other.value, order)
    place = order.index(other.value)
    meant = {
        "at_least": order[: place + 1],
        "greater": order[:place],
        "at_most": order[place:],
        "less": order[place + 1 :],
    }[operator]
    if not meant:
        # Nobody is higher than the highest: unknown stays unknown, everybody else fails.
        return Call("and", (Call("equals", (scheme, other)), Literal(False)), tree.at)
    return Call("one_of", (scheme, *(Literal(grade) for grade in meant)), tree.at)
