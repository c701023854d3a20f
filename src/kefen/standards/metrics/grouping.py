"""Reading `each` and `take`: groups of rows, and what becomes of their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from kefen.domain.periods import PERIODS
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.clauses import read_clause
from kefen.standards.document import Scalar, Sequence
from kefen.standards.metrics.scope import NUMBERS
from kefen.standards.model.metrics import CalendarGroups, Level, Runs, Take

if TYPE_CHECKING:
    from collections.abc import Sequence as Several

    from kefen.domain.calendar import Window
    from kefen.expressions.tree import Expression
    from kefen.standards.document import Mapping, Node
    from kefen.standards.metrics.scope import MetricsReading
    from kefen.standards.model import Aggregate, Place
    from kefen.standards.model.metrics import TakeKind
    from kefen.standards.reading import Reading

    By = Expression | CalendarGroups | Runs

_GROUPED: tuple[Aggregate, ...] = (
    "sum",
    "count",
    "distinct",
    "mean",
    "smallest",
    "largest",
    "first",
    "last",
    "daily_average",
)
TAKES = ("largest", "smallest", "mean", "sum")
_COUNTING: dict[str, TakeKind] = {
    "number of": "number",
    "longest run of": "longest_run",
    "latest run of": "latest_run",
}
_TAKE = re.compile(rf"(?P<kind>{'|'.join(_COUNTING)})\b(?P<condition>.*)", re.DOTALL)
_RUNS = re.compile(r"(?P<length>\d{1,4}) (?P<unit>month|day)s?")
_LONGEST_RUN = 1_000


def read_levels(
    every: MetricsReading,
    node: Mapping,
    fact: str,
    verb: Aggregate,
    value_type: ValueType,
    over: Window,
) -> tuple[tuple[Level, ...], ValueType] | None:
    """Return the groups that a metric makes of its rows, outer first, and its type.

    Args:
        every: The reading.
        node: The metric's document.
        fact: The fact whose rows are grouped.
        verb: What is computed of each group.
        value_type: The type of a group's value.
        over: The metric's window.

    Returns:
        None after noting why it cannot be read; no groups where the metric has none.
    """
    reading = every.reading
    each, take = node.entries.get("each"), node.entries.get("take")
    if each is None and take is None:
        return (), value_type
    if each is None or take is None:
        reading.problem(
            node.place,
            Text("“each” and “take” belong together", "“each”与“take”须同时出现"),
            Text(
                "Write “each: month” and “take: largest”.", "例如写“each: month”和“take: largest”。"
            ),
        )
        return None
    if verb not in _GROUPED:
        reading.problem(
            node.key_places["each"],
            Text("“each” goes with {v}", "“each”只与 {v} 同用").filled(v=", ".join(_GROUPED)),
            Text("Remove it.", "请删除。"),
        )
        return None
    groups, takes = _pair(reading, each), _pair(reading, take)
    if groups is None or takes is None:
        return None
    if len(groups) != len(takes):
        reading.problem(
            take.place,
            Text("“take” says one thing for each of “each”", "“take”须与“each”一一对应"),
            Text(
                "Write “each: [month, orders.product_id]” and “take: [mean, largest]”.",
                "例如写“each: [month, orders.product_id]”和“take: [mean, largest]”。",
            ),
        )
        return None
    bys = [_by(every, group, fact, over) for group in groups]
    known = [by for by in bys if by is not None]
    if len(known) < len(bys) or not _fitting(reading, each, verb, known):
        return None
    levels: list[Level] = []
    for by, words in zip(reversed(known), reversed(takes), strict=True):
        swapped = len(known) == 2 and _is_every(known[0]) != _is_every(known[1])
        found = _take(reading, words, by, value_type, swapped=swapped)
        if found is None:
            return None
        levels.append(Level(by, found[0]))
        value_type = found[1]
    if len(levels) == 2 and levels[0].take.kind == "number" and levels[1].take.kind == "sum":
        _tell_sum_of_counts(reading, take.place, takes)
    return tuple(reversed(levels)), value_type


def _is_every(by: By) -> bool:
    return isinstance(by, CalendarGroups) and by.every


def _tell_sum_of_counts(reading: Reading, place: Place, takes: Several[Scalar]) -> None:
    """Note that inner groups are counted: often the outer ones are meant to be."""
    outer, inner = (" ".join(words.text.split()) for words in takes)
    reading.problem(
        place,
        Text(
            "inner groups that meet the condition are counted, and the counts summed",
            "统计的是满足条件的内层组，再把个数相加",
        ),
        Text(
            "Nothing, if it is meant so. To count the outer groups whose sum meets it, write "
            "“take: [{i}, {o}]”.",
            "如本意如此，无需处理。要统计合计满足条件的外层组，请写“take: [{i}, {o}]”。",
        ).filled(i=inner, o=outer),
        severity="note",
    )


def _pair(reading: Reading, node: Node) -> tuple[Scalar, ...] | None:
    """Return one or two single values, or None after noting that there are others."""
    items = node.items if isinstance(node, Sequence) else (node,)
    singles = tuple(item for item in items if isinstance(item, Scalar) and item.text)
    if len(singles) == len(items) and len(items) in (1, 2):
        return singles
    reading.problem(
        node.place,
        Text(
            "this is one value, or a list of an outer and an inner one",
            "应为一项，或外、内两项的列表",
        ),
        Text(
            "Write “each: month” or “each: [month, orders.product_id]”.",
            "请写“each: month”或“each: [month, orders.product_id]”。",
        ),
    )
    return None


def _by(every: MetricsReading, node: Scalar, fact: str, over: Window) -> By | None:
    words = " ".join(node.text.split())
    runs = _RUNS.fullmatch(words)
    if runs is not None:
        length = int(runs["length"])
        if 1 <= length <= _LONGEST_RUN:
            return Runs(length, "month" if runs["unit"] == "month" else "day")
        every.reading.problem(
            node.place,
            Text("a run has 1 to {n} months or days", "连续期为 1 到 {n} 个月或天").filled(
                n=_LONGEST_RUN
            ),
            Text("Write “12 months”, for example.", "例如写“12 months”。"),
        )
        return None
    period = words.removeprefix("every ")
    if period in PERIODS:
        groups = CalendarGroups(period, period != words)
        if groups.every and not over.has_start:
            every.reading.problem(
                node.place,
                Text("“{w}” needs a window that begins", "“{w}”需要有起点的窗口").filled(w=words),
                Text("Write “over: last 12 whole months”.", "请写“over: last 12 whole months”。"),
            )
            return None
        return groups
    read = every.on_facts(node, fact)
    return read[0] if read is not None else None


def _fitting(reading: Reading, each: Node, verb: Aggregate, groups: list[By]) -> bool:
    """Return whether these groups can be made together; notes otherwise."""
    if verb == "daily_average":
        if all(not isinstance(group, CalendarGroups | Runs) for group in groups):
            return True
        reading.problem(
            each.place,
            Text(
                "a daily average is grouped by what has a level, such as an account",
                "日均值按有余额的对象（如账户）分组",
            ),
            Text("Remove “each”, or name a column.", "请删除“each”，或写列名。"),
        )
        return False
    if len(groups) == 1:
        return True
    outer, inner = groups
    if isinstance(outer, Runs) or isinstance(inner, Runs):
        reading.problem(
            each.place,
            Text("runs of months or days stand alone", "连续若干月或天不能与其他分组并用"),
            Text("Remove the other group.", "请删除另一分组。"),
        )
        return False
    if isinstance(outer, CalendarGroups) and isinstance(inner, CalendarGroups) and inner.every:
        reading.problem(
            each.place,
            Text(
                "within a period, “every” would count the periods outside it too",
                "在一个期间之内用“every”会把期间之外的也算上",
            ),
            Text("Remove “every” from the inner one.", "请删除内层的“every”。"),
        )
        return False
    return True


def _take(
    reading: Reading, node: Scalar, by: By, value_type: ValueType, *, swapped: bool
) -> tuple[Take, ValueType] | None:
    """Return how the groups' values are joined, and the type of the result."""
    words = " ".join(node.text.split())
    counting = _TAKE.fullmatch(words)
    if counting is not None:
        kind = _COUNTING[counting["kind"]]
        if kind != "number" and not (isinstance(by, CalendarGroups) and by.every):
            reading.problem(
                node.place,
                Text("a run is made of periods without gaps", "连续期须由无间断的期间组成"),
                Text(
                    "Swap the two of “take”: the first joins the groups of the first of “each”.",
                    "请对调“take”的两项：第一项合并“each”第一项的各组。",
                )
                if swapped
                else Text("Write “each: every month”.", "请写“each: every month”。"),
            )
            return None
        text = counting["condition"].strip()
        clause = read_clause(
            reading, Scalar(text, node.place, quoted=False), "value", {"value": value_type}
        )
        if clause is None:
            return None
        if clause.condition is None:
            reading.problem(
                node.place,
                Text("“else” says nothing here", "此处“else”没有含义"),
                Text("Write “number of >= 1000”.", "请写“number of >= 1000”。"),
            )
            return None
        return Take(kind, clause.condition), ValueType.INTEGER
    if (
        reading.choice(
            node, [*TAKES, *(f"{words} >= 1" for words in _COUNTING)], Text("“take”", "“take”")
        )
        is None
        or words not in TAKES
    ):
        return None
    if words in ("mean", "sum") and value_type not in (*NUMBERS, ValueType.UNKNOWN):
        reading.problem(
            node.place,
            Text("“{t}” needs numbers, not {f}", "“{t}”需要数值，而不是{f}").filled(
                t=words, f=value_type.label
            ),
            Text("Take the largest or smallest.", "请改取 largest 或 smallest。"),
        )
        return None
    return Take(cast("TakeKind", words)), ValueType.DECIMAL if words == "mean" else value_type
