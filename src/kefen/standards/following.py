"""Reading what is followed after a run: reviews that fall due, and inputs that grow old."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.model import Reviews

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

    from kefen.standards.document import Mapping, Scalar
    from kefen.standards.grades import Grades
    from kefen.standards.model import Control, Metric, Place
    from kefen.standards.reading import Reading

REVIEWS_KEYS = ("rated", "rated_as", "opened", "again", "first", "twice", "fewest_grades")
_REVIEWS = Text("“reviews”", "“reviews”")
_WORKING_DAYS = re.compile(r"(\d{1,3}) working days?")
_DAYS = re.compile(r"(\d{1,4}) days?")


def read_up_to_date(
    reading: Reading, document: Mapping, metrics: MappingType[str, Metric]
) -> dict[str, int]:
    """Return, by metric, how many days old its newest date may be."""
    found: dict[str, int] = {}
    for identifier, child in reading.mapping(document, "up_to_date") or ():
        text = getattr(child, "text", "")
        match = _DAYS.fullmatch(" ".join(text.split()))
        if match is None:
            reading.problem(
                child.place,
                Text("this is no number of days", "这不是天数"),
                Text("Write “150 days”.", "请写“150 days”。"),
            )
            continue
        metric = metrics.get(identifier)
        if metric is None or metric.type is not ValueType.DATE:
            _no_metric(reading, child.place, identifier, Text("a date", "日期"))
            continue
        found[identifier] = int(match[1])
    return found


def read_reviews(
    reading: Reading,
    node: Mapping,
    grades: Grades,
    control: Control | None,
    metrics: MappingType[str, Metric],
) -> Reviews | None:
    """Return how ratings by people are followed, or None when the scheme does not say.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        grades: Its classes.
        control: Its review intervals.
        metrics: The metrics of the standard.
    """
    section = reading.mapping(node, "reviews")
    if section is None:
        return None
    reading.only_known(section, REVIEWS_KEYS, _REVIEWS)
    named = {
        key: _metric(reading, section, key, metrics, kind)
        for key, kind in (
            ("rated", ValueType.DATE),
            ("rated_as", ValueType.TEXT),
            ("opened", ValueType.DATE),
            ("again", ValueType.DATE),
        )
    }
    for key in ("rated", "rated_as", "first"):
        if key not in section.entries:
            reading.missing(section.place, key, _REVIEWS)
    first = _working_days(reading, reading.scalar(section, "first", _REVIEWS))
    twice_node = reading.scalar(section, "twice", _REVIEWS)
    twice = (
        twice_node is not None
        and reading.choice(twice_node, ("true", "false"), Text("“twice”", "“twice”")) == "true"
    )
    fewest = _fewest_grades(reading, section, grades)
    if control is None or not control.review_months:
        reading.problem(
            section.place,
            Text("reviews need the interval of each grade", "跟踪复评需要各等级的间隔"),
            Text(
                "Add “review: {{high: 6 months, else: 1 year}}”.",
                "请补上“review: {{high: 6 months, else: 1 year}}”。",
            ).filled(),
        )
    elif twice:
        _check_twice(reading, section, grades, control)
    if named["rated"] is None or named["rated_as"] is None or not first:
        return None
    return Reviews(
        named["rated"], named["rated_as"], named["opened"], named["again"], first, twice, fewest
    )


def _metric(
    reading: Reading,
    section: Mapping,
    key: str,
    metrics: MappingType[str, Metric],
    kind: ValueType,
) -> str | None:
    node = reading.scalar(section, key, _REVIEWS)
    if node is None:
        return None
    metric = metrics.get(node.text)
    if metric is None or metric.type is not kind:
        wanted = Text("a date", "日期") if kind is ValueType.DATE else Text("a text", "文本")
        _no_metric(reading, node.place, node.text, wanted)
        return None
    return node.text


def _no_metric(reading: Reading, place: Place, name: str, wanted: Text) -> None:
    reading.problem(
        place,
        Text("“{n}” is no metric that is {w}", "“{n}”不是{w}类型的指标").filled(n=name, w=wanted),
        Text("Name a metric of the standard.", "请写标准中的指标。"),
    )


def _working_days(reading: Reading, node: Scalar | None) -> int:
    if node is None:
        return 0
    match = _WORKING_DAYS.fullmatch(" ".join(node.text.split()))
    if match is None or not int(match[1]):
        reading.problem(
            node.place,
            Text("this is no number of working days", "这不是工作日天数"),
            Text("Write “10 working days”.", "请写“10 working days”。"),
        )
        return 0
    return int(match[1])


def _fewest_grades(reading: Reading, section: Mapping, grades: Grades) -> int:
    """Return how many grades the scheme must have, after noting when it has fewer."""
    node = reading.scalar(section, "fewest_grades", _REVIEWS)
    if node is None:
        return 0
    fewest = reading.whole(node, Text.same("“fewest_grades”"))
    if len(grades.codes) < fewest:
        reading.problem(
            node.place,
            Text(
                "there must be at least {n} grades, there {m:is|are} {m}",
                "至少须有 {n} 个等级，现有 {m} 个",
            ).filled(n=fewest, m=len(grades.codes)),
            Text("Add a grade, or change the number.", "请增加等级，或修改该数。"),
        )
    return fewest


def _check_twice(reading: Reading, section: Mapping, grades: Grades, control: Control) -> None:
    """Note a grade that is reviewed after more than twice the time of the grade before it."""
    months = control.review_months
    before: tuple[str, int] | None = None
    for code in grades.codes:
        own = months.get(code, months.get(None))
        if own is None:
            continue
        if before is not None and own > 2 * before[1]:
            reading.problem(
                section.place,
                Text(
                    "“{g}” is reviewed after {n} months, more than twice the {m} of “{b}”",
                    "“{g}”每 {n} 个月复评，超过“{b}”的 {m} 个月的两倍",
                ).filled(g=code, n=own, b=before[0], m=before[1]),
                Text("Shorten it, or remove “twice: true”.", "请缩短间隔，或去掉“twice: true”。"),
            )
        before = (code, own)
