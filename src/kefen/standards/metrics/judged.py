"""Reading metrics that people judge: the rows of `assessments` about one item.

A judgement is read as a metric on facts: the last usable value, or each rater's last one joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kefen.domain.calendar import ALL_TIME
from kefen.domain.text import Text
from kefen.expressions.tree import Call, Literal, Name
from kefen.expressions.types import ValueType
from kefen.standards.document import Scalar
from kefen.standards.metrics.counted import fact_metric
from kefen.standards.metrics.scope import METRIC
from kefen.standards.metrics.shared import COMMON
from kefen.standards.model import FactMetric
from kefen.standards.model.metrics import Judgement, Level, Take

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.expressions.tree import Expression
    from kefen.standards.document import Mapping
    from kefen.standards.metrics.scope import MetricsReading
    from kefen.standards.model import Metric
    from kefen.standards.model.metrics import Raters, TakeKind
    from kefen.standards.reading import Reading

ASSESSMENTS = "assessments"
_KEYS = {"judged", "by", "from", "to", "whole", "one_of", "raters", "over", *COMMON}
_TAKES: dict[str, TakeKind] = {"mean": "mean", "lowest": "smallest", "highest": "largest"}


def judged_metric(every: MetricsReading, identifier: str, node: Mapping) -> Metric | None:
    """Return the metric that people judge, or None after noting why there is none."""
    reading = every.reading
    reading.only_known(node, _KEYS, METRIC)
    item = reading.scalar(node, "judged", METRIC)
    judgement = _judgement(reading, node, item.text) if item is not None else None
    if judgement is None:
        return None
    over = reading.scalar(node, "over", METRIC)
    levels: tuple[Level, ...] = ()
    if judgement.raters != "last":
        # Judgements that name nobody are one rater's.
        rater = Call("first_known", (Name("assessor"), Literal("")))
        levels = (Level(rater, Take(_TAKES[judgement.raters])),)
    value_type = ValueType.TEXT if judgement.words else ValueType.DECIMAL
    definition = FactMetric(
        aggregate="last",
        table=ASSESSMENTS,
        of=judged_value(judgement),
        where=_usable(judgement),
        over=reading.window(over) if over is not None else ALL_TIME,
        levels=levels,
        judgement=judgement,
    )
    return fact_metric(every, identifier, node, definition, value_type)


def judged_value(judgement: Judgement) -> Expression:
    """Return what a judgement says, on a row of `assessments`."""
    return Name("value") if judgement.words else Call("number", (Name("value"),))


def is_about(judgement: Judgement) -> Expression:
    """Return whether a row of `assessments` is a judgement of this item, by this role."""
    about: Expression = Call("equals", (Name("item"), Literal(judgement.item)))
    if judgement.role is not None:
        about = Call("and", (about, Call("equals", (Name("role"), Literal(judgement.role)))))
    return about


def is_possible(judgement: Judgement) -> Expression:
    """Return whether the value of a row can be given; unknown where it is no number."""
    value = judged_value(judgement)
    if judgement.words:
        return Call("one_of", (value, *(Literal(word) for word in judgement.words)))
    possible: Expression = Call(
        "and",
        (
            Call("at_least", (value, Literal(judgement.lowest))),
            Call("at_most", (value, Literal(judgement.highest))),
        ),
    )
    if judgement.whole:
        whole = Call("equals", (value, Call("round", (value, Literal(0)))))
        possible = Call("and", (possible, whole))
    return possible


def _usable(judgement: Judgement) -> Expression:
    return Call("and", (is_about(judgement), is_possible(judgement)))


def _judgement(reading: Reading, node: Mapping, item: str) -> Judgement | None:
    numbers, words = {"from", "to"} & set(node.entries), "one_of" in node.entries
    if words == bool(numbers) or (numbers and len(numbers) < 2):
        reading.problem(
            node.place,
            Text(
                "a judgement says what can be given: numbers “from” “to”, or words “one_of”",
                "评定须说明可取的值：数值用“from”“to”，文字用“one_of”",
            ),
            Text(
                "Write “from: 1” and “to: 5”, or “one_of: [good, fair, poor]”.",
                "例如写“from: 1”和“to: 5”，或“one_of: [好, 中, 差]”。",
            ),
        )
        return None
    role = reading.scalar(node, "by", METRIC)
    raters = _raters(reading, node, words=words)
    if raters is None:
        return None
    if words:
        if "whole" in node.entries:
            reading.problem(
                node.key_places["whole"],
                Text("“whole” is about numbers", "“whole”只用于数值"),
                Text("Remove it.", "请删除。"),
            )
        given = tuple(dict.fromkeys(one.text for one in reading.items(node.entries["one_of"])))
        return Judgement(item, role.text if role else None, None, None, False, given, raters)
    lowest, highest = _number(reading, node, "from"), _number(reading, node, "to")
    if lowest > highest:
        reading.problem(
            node.key_places["to"],
            Text("“to” is below “from”", "“to”小于“from”"),
            Text("Swap them.", "请对调。"),
        )
        return None
    whole = _whole(reading, node)
    return Judgement(item, role.text if role else None, lowest, highest, whole, (), raters)


def _raters(reading: Reading, node: Mapping, *, words: bool) -> Raters | None:
    child = reading.scalar(node, "raters", METRIC)
    if child is None:
        return "last"
    possible = ("last",) if words else ("last", *_TAKES)
    return cast("Raters | None", reading.choice(child, possible, Text("“raters”", "“raters”")))


def _number(reading: Reading, node: Mapping, key: str) -> Decimal:
    child = reading.scalar(node, key, METRIC, needed=True)
    what = Text.same(f"“{key}”")
    return reading.number(child if child is not None else Scalar("0", node.place, False), what)


def _whole(reading: Reading, node: Mapping) -> bool:
    child = reading.scalar(node, "whole", METRIC)
    if child is None:
        return False
    return reading.choice(child, ("true", "false"), Text("“whole”", "“whole”")) == "true"
