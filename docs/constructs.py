"""The constructs of the language of standards, and what the language would be without each.

A construct is taken away by making the reader refuse it; the ready standards that can then no
longer be read are those that need it. `docs/generate.py` writes the table of the library from
this, and a test holds that nothing is in the language that nobody needs.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from kefen.domain.text import Text
from kefen.expressions import CATALOGUE
from kefen.standards import clauses
from kefen.standards.document import Mapping, Scalar, Sequence
from kefen.standards.reader import bundled_names, bundled_text, examine_standard
from kefen.standards.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DOCS = Path(__file__).parent
_TUTORIAL = _DOCS / "how-to/from-a-company-rule.md"
_SECTIONS = {
    "document": "a standard",
    "metric": "a metric",
    "scheme": "a scheme",
    "indicator": "an indicator",
    "group": "a group",
    "rule": "a rule",
    "tag": "a tag",
    "term": "a term",
    "learned value": "a learned value",
    "grade": "a grade",
    "movement": "“movement”",
    "movement keeps": "“keeps”",
    "movement rise": "“rise”",
    "movement fall": "“fall”",
    "movement counter": "a counter",
    "movement rule": "a rule of movement",
}
_KEYS = {
    "document": "window calibration reasons up_to_date alerts valid_from valid_until",
    "metric": "sum count distinct smallest largest mean earliest latest leading first last "
    "daily_average judged value where over dated per each take across bands by from to whole "
    "one_of raters unit",
    "scheme": "among learn groups indicators score score_text start at_most at_least out_of "
    "within ties rounding crossing rules tags terms service review reviews approval movement",
    "indicator": "value applies halves thirds quarters fifths tenths position of_best bands "
    "points weight out_of at_most at_least if_unknown by better",
    "group": "weight start at_most at_least",
    "rule": "grade no_grade at_most at_least",
    "learned value": "most_common largest smallest mean sum count middle cut",
    "grade": "reason",
    "movement": "every on at_once takes_effect to_rise to_stay keeps rise fall counters rules",
    "movement keeps": "first rise fall stay",
    "movement rise": "by steps once_in",
    "movement fall": "steps after",
    "movement counter": "afresh carries_above",
    "movement rule": "grade at_most at_least for",
}
_VALUES = {
    ("metric", "over"): {
        "rolling window": r"last \d+ (month|day|quarter|half-year|year)s?\b",
        "whole periods": r"last \d+ whole",
        "running period": r"this ",
        "fiscal year": r".* from \d",
        "ending earlier": r".*ending",
    },
    ("metric", "each"): {
        "calendar groups": r"(day|week|month|quarter|half-year|year)$",
        "every period": r"every ",
        "runs of periods": r"\d+ ",
    },
    ("metric", "take"): {"counting groups": r"number of", "runs": r"(longest|latest) run"},
    ("indicator", "if_unknown"): {
        "worst": "worst",
        "zero": "zero",
        "left out": "left out",
        "points for unknown": r"-?\d",
    },
    ("scheme", "grade_by"): {
        "by score": "score",
        "by conditions": "conditions",
        "by rank": "rank of",
        "by share": "share of",
        "by grid": "grid of",
        "by value": "value of",
    },
}


@dataclass(frozen=True)
class Construct:
    """One construct.

    Attributes:
        id: How it is called here, such as `metric: across`.
        without: Reads standards as if the language lacked it.
        word: A word without which it cannot be written.
    """

    id: str
    without: Callable[[], AbstractContextManager[None]]
    word: str

    def may_stand_in(self, document: str) -> bool:
        """Return whether a document has the word that the construct is written with."""
        return self.word in document


def constructs() -> tuple[Construct, ...]:
    """Return every construct: keys, ways to write a value, clauses, and operators."""
    found = [
        Construct(f"{section}: {key}", lambda s=section, k=key: _without_key(_SECTIONS[s], k), key)
        for section, keys in _KEYS.items()
        for key in keys.split()
    ]
    found += [
        Construct(
            f"{key}: {name}",
            lambda s=section, k=key, p=pattern: _without_value(_SECTIONS[s], k, p),
            key,
        )
        for (section, key), forms in _VALUES.items()
        for name, pattern in forms.items()
    ]
    found.append(Construct("clause: interval", _without_intervals, ","))
    found += [
        Construct(f"operator: {operator.usage}", lambda n=name: _without_operator(n), f"{name}(")
        for name, operator in CATALOGUE.items()
        if operator.callable
    ]
    return tuple(found)


@cache
def library() -> tuple[str, ...]:
    """Return the ids of the ready standards, the default one apart."""
    return tuple(name for name in bundled_names() if name != "default")


def cards_of(name: str) -> str:
    """Return which published rule a ready standard is made from, as its comment says."""
    found = re.search(r"^# card: (.+)$", bundled_text(name), re.MULTILINE)
    return found[1].strip() if found else ""


def features_of(name: str) -> tuple[str, ...]:
    """Return the features of published rules that a ready standard uses, as its comment says."""
    found = re.search(r"^# features: (.+)$", bundled_text(name), re.MULTILINE)
    return tuple(found[1].split()) if found else ()


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """Return the examples of the pages of the language: (page, document)."""
    found = []
    for page in [*sorted((_DOCS / "reference/language").glob("*.md")), _TUTORIAL]:
        if not page.name.endswith(".zh.md"):
            text = page.read_text(encoding="utf-8")
            blocks = re.findall(r"^```yaml[^\n]*\n(standard:.*?)^```$", text, re.M | re.S)
            found += [(page.stem, block) for block in blocks]
    return tuple(found)


def standards_that_need(construct: Construct) -> tuple[str, ...]:
    """Return the ready standards, the default one too, that cannot be read without a construct."""
    with construct.without():
        return tuple(
            name
            for name in (*library(), "default")
            if construct.may_stand_in(bundled_text(name)) and not _is_read(bundled_text(name), name)
        )


def pages_that_need(construct: Construct) -> tuple[str, ...]:
    """Return the pages of the language whose examples cannot be read without a construct."""
    with construct.without():
        return tuple(
            sorted(
                {
                    page
                    for page, document in examples()
                    if construct.may_stand_in(document) and not _is_read(document, page)
                }
            )
        )


def _is_read(document: str, name: str) -> bool:
    standard, _ = examine_standard(document, f"{name}.yaml")
    return standard is not None


# --- taking away ------------------------------------------------------------------------------


@contextmanager
def _without_key(section: str, key: str) -> Iterator[None]:
    kept = Reading.only_known

    def only_known(reading: Reading, node: Mapping, known: object, what: Text) -> None:
        names = set(known) - {key} if what.en == section else set(known)  # type: ignore[call-overload]
        kept(reading, node, names, what)

    with mock.patch.object(Reading, "only_known", only_known):
        yield


@contextmanager
def _without_value(section: str, key: str, pattern: str) -> Iterator[None]:
    kept = Reading.only_known

    def only_known(reading: Reading, node: Mapping, known: object, what: Text) -> None:
        kept(reading, node, known, what)  # type: ignore[arg-type]
        child = node.entries.get(key)
        members = child.items if isinstance(child, Sequence) else (child,)
        for member in members:
            refused = isinstance(member, Scalar) and re.match(pattern, member.text.strip())
            if what.en == section and refused:
                reading.problem(node.place, Text("taken away", "已去掉"), Text("-", "-"))

    with mock.patch.object(Reading, "only_known", only_known):
        yield


@contextmanager
def _without_intervals() -> Iterator[None]:
    with mock.patch.object(clauses, "INTERVAL", re.compile(r"(?!)")):
        yield


@contextmanager
def _without_operator(name: str) -> Iterator[None]:
    # Other constructs are made of operators: only writing it by name is taken away.
    with mock.patch.dict(CATALOGUE, {name: replace(CATALOGUE[name], callable=False)}):
        yield


# --- the page ---------------------------------------------------------------------------------

PAGES = {
    "en": _DOCS / "reference/language/constructs.md",
    "zh": _DOCS / "reference/language/constructs.zh.md",
}
_HEADS = {
    "en": ("construct", "ready standards that need it", "pages whose examples need it"),
    "zh": ("构造", "离不开它的现成标准", "示例离不开它的页面"),
}


def rows() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return each construct with the ready standards and the pages that need it."""
    return [(one.id, standards_that_need(one), pages_that_need(one)) for one in constructs()]


def table(found: list[tuple[str, tuple[str, ...], tuple[str, ...]]], language: str) -> str:
    """Return the table of a page."""
    lines = ["| " + " | ".join(_HEADS[language]) + " |", "|---|---|---|"]
    for name, standards, pages in found:
        links = ", ".join(_link(page, language) for page in pages)
        lines.append(f"| `{name}` | {', '.join(standards) or '–'} | {links or '–'} |")
    return "\n".join(lines)


def _link(page: str, language: str) -> str:
    ending = ".md" if language == "en" else ".zh.md"
    folder = "../../how-to/" if page == _TUTORIAL.stem else ""
    return f"[{page}]({folder}{page}{ending})"


def written(text: str, body: str) -> str:
    """Return a page with its table replaced."""
    return re.sub(
        r"<!-- constructs -->.*<!-- end of constructs -->",
        lambda _: f"<!-- constructs -->\n\n{body}\n\n<!-- end of constructs -->",
        text,
        flags=re.DOTALL,
    )


def main() -> None:
    """Write the tables of both pages."""
    found = rows()
    for language, page in PAGES.items():
        text = page.read_text(encoding="utf-8")
        page.write_text(written(text, table(found, language)), encoding="utf-8")


if __name__ == "__main__":
    main()
