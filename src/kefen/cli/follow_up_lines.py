"""What rules changed and what comes with the grades of a scheme, in a line each."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.cli.terminal import count
from kefen.domain.decimals import quotient
from kefen.domain.text import Text
from kefen.grading.wording import metric_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.standards.model import Scheme, Term


def follow_up_lines(
    scheme: Scheme, entry: Mapping[str, Any], currency: str | None
) -> Iterator[Text]:
    """Yield a line for each rule, tag and amount of a scheme; nothing where it has none.

    Args:
        scheme: The scheme.
        entry: What `run.json` says of it.
        currency: The currency of money, if the data names one.
    """
    rules = {rule.id: rule.name for rule in scheme.rules}
    for said in entry.get("rules", ()):
        yield _RULE.filled(n=rules[said["rule"]], h=count(said["held"]), c=count(said["changed"]))
    tags = {tag.id: tag.name for tag in scheme.tags}
    for said in entry.get("tags", ()):
        yield _TAG.filled(n=tags[said["tag"]], c=count(said["customers"]))
    terms = {term.id: term for term in scheme.terms}
    for said in entry.get("terms", ()):
        yield _term(terms[said["term"]], said, currency)


_RULE = Text(
    "Rule “{n}” held for {h} {h:customer|customers} and changed the grade of {c}.",
    "规则“{n}”：{h} 户成立，改变 {c} 户的等级。",
)
_TAG = Text("Tag “{n}”: {c} {c:customer|customers}.", "标签“{n}”：{c} 户。")


def _term(term: Term, said: Mapping[str, Any], currency: str | None) -> Text:
    if said["sum"] is None:
        return Text("{n}: nobody has an amount.", "{n}：无人有数值。").filled(n=term.name)
    total, customers = Decimal(said["sum"]), said["customers"]
    mean = metric_in_words(quotient(total, customers), term.unit, currency)
    if term.unit == "share":
        return Text(
            "{n}: {c} {c:customer|customers}, {m} on average.", "{n}：{c} 户，平均 {m}。"
        ).filled(n=term.name, c=count(customers), m=mean)
    return Text(
        "{n}: {c} {c:customer|customers}, {t} in all, {m} on average.",
        "{n}：{c} 户，合计 {t}，平均 {m}。",
    ).filled(
        n=term.name,
        c=count(customers),
        t=metric_in_words(total, term.unit, currency),
        m=mean,
    )
