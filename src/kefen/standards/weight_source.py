"""Reading where weights come from, and saying it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.standards.decision_words import plain
from kefen.standards.model import WeightSource

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.standards.document import Mapping, Scalar
    from kefen.standards.model import Scheme, WeightMethod
    from kefen.standards.reading import Reading

WEIGHTS_FROM = "weights_from"
WEIGHT_SOURCE_KEYS = (
    *("method", "source", "sha256", "on", "consistency_ratio", "agreement", "cases"),
)
METHODS: dict[WeightMethod, Text] = {
    "expert": Text("the judgement of experts", "专家法"),
    "ahp": Text("pairwise comparison (AHP)", "层次分析法（AHP）"),
    "entropy": Text("entropy", "熵权法"),
    "critic": Text("CRITIC", "CRITIC 法"),
}
_WHAT = Text("“weights_from”", "“weights_from”")
_CHECKSUM = re.compile(r"[0-9a-f]{64}")


def read_weight_source(reading: Reading, node: Mapping) -> WeightSource | None:
    """Return where the weights of a scheme or group come from; None where it is not said."""
    below = reading.mapping(node, WEIGHTS_FROM)
    if below is None:
        return None
    reading.only_known(below, WEIGHT_SOURCE_KEYS, _WHAT)
    method_node = reading.scalar(below, "method", _WHAT, needed=True)
    source_node = reading.scalar(below, "source", _WHAT, needed=True)
    if "on" not in below.entries:
        reading.missing(below.place, "on", _WHAT)
    on = reading.day(below, "on", _WHAT)
    method = reading.choice(method_node, tuple(METHODS), _WHAT) if method_node else None
    checksum = _checksum(reading, reading.scalar(below, "sha256", _WHAT))
    ratio, agreement = (_number(reading, below, k) for k in ("consistency_ratio", "agreement"))
    cases_node = reading.scalar(below, "cases", _WHAT)
    cases = reading.whole(cases_node, Text("“cases”", "“cases”")) if cases_node else None
    if method is None or source_node is None or on is None:
        return None
    return WeightSource(
        cast("WeightMethod", method), source_node.text, checksum, on, ratio, agreement, cases
    )


def weight_sources_in_words(scheme: Scheme) -> tuple[Text, ...]:
    """Return where the weights of a scheme and of its groups come from, one line each."""
    said = []
    if scheme.weights_from is not None:
        said.append(
            Text("Weights by {s}.", "权重来自{s}。").filled(s=_in_words(scheme.weights_from))
        )
    said += [
        Text("Weights of {g} by {s}.", "{g}的权重来自{s}。").filled(
            g=group.name, s=_in_words(group.weights_from)
        )
        for group in scheme.groups
        if group.weights_from is not None
    ]
    return tuple(said)


def _in_words(source: WeightSource) -> Text:
    further = [
        Text.same(source.on.isoformat()),
        *(
            [
                Text("consistency ratio {r}", "一致性比率 {r}").filled(
                    r=plain(source.consistency_ratio)
                )
            ]
            if source.consistency_ratio is not None
            else []
        ),
        *(
            [Text("agreement W {r}", "一致程度 W {r}").filled(r=plain(source.agreement))]
            if source.agreement is not None
            else []
        ),
        *([Text("{n} cases", "{n} 例").filled(n=source.cases)] if source.cases is not None else []),
        *(
            [Text("SHA-256 {c}…", "SHA-256 {c}…").filled(c=source.sha256[:12])]
            if source.sha256 is not None
            else []
        ),
    ]
    return Text("{m} from {f} ({t})", "{m}（{f}；{t}）").filled(
        m=METHODS[source.method],
        f=source.source,
        t=Text(", ".join(text.en for text in further), "，".join(text.zh for text in further)),
    )


def _checksum(reading: Reading, node: Scalar | None) -> str | None:
    if node is None:
        return None
    if not _CHECKSUM.fullmatch(node.text):
        reading.problem(
            node.place,
            Text("this is no SHA-256 checksum", "不是 SHA-256 校验和"),
            Text(
                "It has 64 digits 0-9 and a-f; remove it if unknown.",
                "应为 64 位 0-9、a-f；不知道时请删除。",
            ),
        )
        return None
    return node.text


def _number(reading: Reading, node: Mapping, key: str) -> Decimal | None:
    child = reading.scalar(node, key, _WHAT)
    return None if child is None else reading.number(child, Text("“{k}”", "“{k}”").filled(k=key))
