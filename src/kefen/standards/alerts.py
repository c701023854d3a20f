"""Reading what a standard warns of: conditions on a run and on the run before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.document import Mapping
from kefen.standards.model import BEFORE, SEVERITIES, Alert
from kefen.standards.naming import name_of, named_parts, needs_named_values

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Metric, Place, Scheme, Severity
    from kefen.standards.reading import Reading

ALERT_KEYS = ("name", "among", "when", "severity", "advice", "foretells", "within", "already")
ALREADY = ("counts",)
MOST_ALERTS = 50
_ALERT = Text("an alert", "预警")
_MONTHS = re.compile(r"(\d{1,2}) months?")


def read_alerts(
    reading: Reading,
    document: Mapping,
    metrics: MappingType[str, Metric],
    schemes: MappingType[str, Scheme],
) -> dict[str, Alert]:
    """Return what a standard warns of, by id, in order.

    Args:
        reading: Where problems are noted.
        document: The standard's document.
        metrics: Its metrics.
        schemes: Its schemes.
    """
    section = reading.mapping(document, "alerts")
    if section is None:
        return {}
    reading.at_most(len(section.entries), MOST_ALERTS, section.place, Text("alerts", "预警"))
    now = {metric.id: metric.type for metric in metrics.values()}
    for scheme in schemes.values():
        now.setdefault(scheme.id, ValueType.TEXT)
        if scheme.scored:
            now[f"{scheme.id}.score"] = ValueType.DECIMAL
    before = {f"{BEFORE}{name}": kind for name, kind in now.items()}
    reading.broken |= {f"{BEFORE}{name}" for name in reading.broken}
    reading.grades |= {f"{BEFORE}{name}": order for name, order in reading.grades.items()}
    reading.units |= {
        f"{BEFORE}{name}": unit for name, unit in reading.units.items() if name in now
    }
    now["as_of"] = ValueType.DATE
    found: dict[str, Alert] = {}
    for identifier, child, place in named_parts(reading, section, _ALERT):
        if not isinstance(child, Mapping):
            needs_named_values(reading, identifier, place)
            continue
        alert = _alert(reading, identifier, child, place, now, before)
        if alert is not None:
            found[identifier] = alert
    return found


def _alert(
    reading: Reading,
    identifier: str,
    node: Mapping,
    place: Place,
    now: dict[str, ValueType],
    before: dict[str, ValueType],
) -> Alert | None:
    reading.only_known(node, ALERT_KEYS, _ALERT)
    name = name_of(reading, node, identifier, _ALERT, place)
    for key in ("when", "severity"):
        if key not in node.entries:
            reading.missing(place, key, _ALERT)
    among = _condition(reading, node, "among", now)
    when = _condition(reading, node, "when", now | before)
    foretells = _condition(reading, node, "foretells", now)
    within = _within(reading, node, place)
    already = _already(reading, node, place)
    advice = reading.text(node, "advice", _ALERT, default=Text("", ""))
    severity_node = reading.scalar(node, "severity", _ALERT)
    if severity_node is None or when is None or (among is None and "among" in node.entries):
        return None
    severity = reading.choice(severity_node, SEVERITIES, Text("“severity”", "“severity”"))
    if severity is None:
        return None
    return Alert(
        identifier,
        name,
        among,
        when,
        cast("Severity", severity),
        advice,
        foretells,
        within,
        already,
        place,
    )


def _condition(
    reading: Reading, node: Mapping, key: str, types: dict[str, ValueType]
) -> Expression | None:
    if key not in node.entries:
        return None
    child = reading.scalar(node, key, _ALERT)
    read = reading.expression(child, types, (ValueType.BOOLEAN,)) if child is not None else None
    return read[0] if read is not None else None


def _already(reading: Reading, node: Mapping, place: Place) -> bool:
    child = reading.scalar(node, "already", _ALERT)
    if child is None:
        return False
    if "foretells" not in node.entries:
        reading.problem(
            place,
            Text("“already” is said of what is foretold", "“already”须与“foretells”同时写"),
            Text(
                "Add “foretells” and “within”, or leave it out.",
                "请加上“foretells”和“within”，或去掉它。",
            ),
        )
    return reading.choice(child, ALREADY, Text("“already”", "“already”")) is not None


def _within(reading: Reading, node: Mapping, place: Place) -> int | None:
    child = reading.scalar(node, "within", _ALERT)
    if (child is None) != ("foretells" not in node.entries):
        reading.problem(
            place,
            Text("“foretells” and “within” stand together", "“foretells”与“within”须同时写"),
            Text(
                "Say what is expected and how soon: “within: 3 months”.",
                "请写明预期什么、多久之内：“within: 3 months”。",
            ),
        )
        return None
    if child is None:
        return None
    match = _MONTHS.fullmatch(" ".join(child.text.split()))
    if match is None or not int(match[1]):
        reading.problem(
            child.place,
            Text("this is no number of months", "这不是月数"),
            Text("Write “3 months”.", "请写“3 months”。"),
        )
        return None
    return int(match[1])
