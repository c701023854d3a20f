"""Reading what each grade is entitled to, and saying it in words."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar, cast

from kefen.domain.cadences import parse_cadence, parse_promise
from kefen.domain.text import Text
from kefen.standards.document import Mapping, Scalar, Sequence
from kefen.standards.model.service import ACTORS, Service
from kefen.standards.naming import needs_named_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from kefen.domain.cadences import Cadence
    from kefen.standards.document import Node
    from kefen.standards.grades import Grades
    from kefen.standards.model.service import Actor
    from kefen.standards.reading import Reading

SERVICE_KEYS = (
    *("visit", "contact", "answer_within", "by", "price", "rebate", "supply", "credit"),
    "benefits",
)
MOST_BENEFITS = 20
LAST_PLACE = 9
_SERVICE = Text("the service of a grade", "等级的服务")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,2})?) ?%")
_ANY_DAY = date(2025, 1, 1)
_WHOLE_SHARE = Decimal(100)
_ACTORS: dict[str, Text] = {
    "owner": Text("the customer's owner", "客户负责人"),
    "team": Text("the customer's team", "客户所属团队"),
    "service_desk": Text("the service desk", "服务台"),
}
Value = TypeVar("Value")


def read_service(reading: Reading, node: Mapping, grades: Grades) -> dict[str | None, Service]:
    """Return the service of each grade; under None that of every other grade.

    Args:
        reading: Where problems are noted.
        node: The scheme.
        grades: Its classes.
    """
    section = reading.mapping(node, "service")
    if section is None:
        return {}
    found: dict[str | None, Service] = {}
    for grade, child in grades.by_grade(reading, section):
        if isinstance(child, Mapping):
            found[grade] = _service(reading, child)
        else:
            needs_named_values(reading, grade or "else", child.place)
    return found


def _service(reading: Reading, node: Mapping) -> Service:
    reading.only_known(node, SERVICE_KEYS, _SERVICE)
    often = Text("Write “every month” or “every 2 weeks”.", "请写“every month”或“every 2 weeks”。")
    visit, contact = (
        _parsed(reading, node, key, parse_cadence, Text("how often", "频次"), often)
        for key in ("visit", "contact")
    )
    answer = _parsed(
        reading,
        node,
        "answer_within",
        parse_promise,
        Text("a time to answer", "响应时限"),
        Text("Write “4 hours” or “1 working day”.", "请写“4 hours”或“1 working day”。"),
    )
    if visit is not None and contact is not None:
        _contacts_beside_visits(reading, node, visit, contact)
    by_node = reading.scalar(node, "by", _SERVICE)
    by = reading.choice(by_node, ACTORS, Text("“by”", "“by”")) if by_node is not None else None
    return Service(
        visit=visit,
        contact=contact,
        answer_within=answer,
        by=cast("Actor", by or "owner"),
        price=_wording(reading, node, "price"),
        rebate=_rebate(reading, node),
        supply=_supply(reading, node),
        credit=_wording(reading, node, "credit"),
        benefits=_benefits(reading, node.entries.get("benefits")),
    )


def _parsed(
    reading: Reading,
    node: Mapping,
    key: str,
    parse: Callable[[str], Value],
    what: Text,
    mend: Text,
) -> Value | None:
    child = reading.scalar(node, key, _SERVICE)
    if child is None:
        return None
    try:
        return parse(child.text)
    except ValueError:
        reading.problem(
            child.place, Text("“{v}” is not {w}", "“{v}”不是{w}").filled(v=child.text, w=what), mend
        )
        return None


def _contacts_beside_visits(
    reading: Reading, node: Mapping, visit: Cadence, contact: Cadence
) -> None:
    """Warn of contacts that never fall due, since a visit is a contact too."""
    if contact.after(_ANY_DAY) >= visit.after(_ANY_DAY):
        reading.problem(
            node.entries["contact"].place,
            Text(
                "“contact” is no more often than “visit”, and a visit is a contact too",
                "“contact”不比“visit”频繁，而拜访本身即是联系",
            ),
            Text("Make it more often, or remove it.", "请改得更频繁，或删除。"),
            severity="warning",
        )


def _wording(reading: Reading, node: Mapping, key: str) -> Text | None:
    return reading.wording(node.entries[key], key) if key in node.entries else None


def _rebate(reading: Reading, node: Mapping) -> Decimal | None:
    child = reading.scalar(node, "rebate", _SERVICE)
    if child is None:
        return None
    match = _SHARE.fullmatch(child.text)
    if match is None or Decimal(match[1]) > _WHOLE_SHARE:
        reading.problem(
            child.place,
            Text("“{v}” is not a share of purchases", "“{v}”不是返利比例").filled(v=child.text),
            Text("Write “3 %”.", "请写“3 %”。"),
        )
        return None
    return Decimal(match[1]) / _WHOLE_SHARE


def _supply(reading: Reading, node: Mapping) -> int | None:
    child = reading.scalar(node, "supply", _SERVICE)
    if child is None:
        return None
    place = int(child.text) if re.fullmatch(r"\d", child.text) else 0
    if not place:
        reading.problem(
            child.place,
            Text("“{v}” is not a place in supply", "“{v}”不是供货次序").filled(v=child.text),
            Text(
                "Write 1 for those who are served first, up to {n}.", "优先供货写 1，至多 {n}。"
            ).filled(n=LAST_PLACE),
        )
        return None
    return place


def _benefits(reading: Reading, node: Node | None) -> tuple[Text, ...]:
    if node is None or (isinstance(node, Scalar) and not node.text):
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    reading.at_most(len(items), MOST_BENEFITS, node.place, Text("benefits", "权益"))
    return tuple(reading.wording(item, "benefits") for item in items)


def service_in_words(service: Service) -> tuple[tuple[str, Text], ...]:
    """Return what a service consists of: each key that is spoken of, with its words."""
    said = [("by", Text("served by {w}", "服务人：{w}").filled(w=_ACTORS[service.by]))]
    if service.visit is not None:
        visited = Text("visited {e}", "{e}拜访")
        said.append(("visit", visited.filled(e=service.visit.in_words)))
    if service.contact is not None:
        contacted = Text("contacted {e}", "{e}联系")
        said.append(("contact", contacted.filled(e=service.contact.in_words)))
    if service.answer_within is not None:
        answered = Text("answered within {t}", "{t}内响应")
        said.append(("answer_within", answered.filled(t=service.answer_within.in_words)))
    if service.price is not None:
        said.append(("price", Text("price: {p}", "价格：{p}").filled(p=service.price)))
    if service.rebate is not None:
        share = f"{(service.rebate * 100).normalize():f}"
        said.append(("rebate", Text("rebate: {r} %", "返利：{r} %").filled(r=share)))
    if service.supply is not None:
        place = Text("supply: place {n}", "供货次序：第 {n} 位")
        said.append(("supply", place.filled(n=service.supply)))
    if service.credit is not None:
        said.append(("credit", Text("credit: {c}", "信用：{c}").filled(c=service.credit)))
    return (*said, *(("benefits", one) for one in service.benefits))
