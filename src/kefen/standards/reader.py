"""Reading a standard from its document."""

from __future__ import annotations

import hashlib
import json
import re
from fractions import Fraction
from importlib import resources
from typing import TYPE_CHECKING

from kefen.domain.calendar import Window
from kefen.domain.errors import CallError, StandardError
from kefen.domain.text import Text
from kefen.standards.alerts import read_alerts
from kefen.standards.calibration_policy import POLICY_KEY, read_calibration_policy
from kefen.standards.checks import findings_on_standard
from kefen.standards.document import Mapping, Node, Scalar, load_document
from kefen.standards.following import read_up_to_date
from kefen.standards.metrics import read_metrics
from kefen.standards.model import Constants, Standard
from kefen.standards.ownership import OWNERSHIP_KEY, read_ownership
from kefen.standards.problems import StandardProblemsError
from kefen.standards.reading import IDENTIFIER, Reading
from kefen.standards.reasons import REASONS
from kefen.standards.schemes import read_schemes
from kefen.standards.weight_source import WEIGHTS_FROM

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kefen.standards.problems import Problem

_STANDARD = Text("a standard", "分类标准")
STANDARD_KEYS = (
    *("standard", "version", "name", "description", "notice", "valid_from", "valid_until"),
    *("window", POLICY_KEY),
    *("confidence", "up_to_date", "reasons", "models", "metrics", "schemes", "alerts"),
    OWNERSHIP_KEY,
)
CONFIDENCE_KEYS = ("small_population", "coverage")
# Below these stand names of the standard's own, which may be called like a key.
_NAMED = frozenset(
    {
        *("models", "metrics", "schemes", "groups", "indicators", "grades", "learn", "bands"),
        *("rules", "tags", "review", "approval", "inputs", "up_to_date"),
    }
)
# Blanks between words mean nothing; those inside quotes do.
_BLANKS = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\s+""")
# What a document says for people, of when lines are learned anew, of service, of whose customers
# are, or warns of: two documents that differ in it alone grade alike on one calibration.
_WORDING = frozenset(
    {
        *("name", "description", "notice", "question", "rationale", "advice", "strategy", "tone"),
        *("reasons", "alerts", "service", WEIGHTS_FROM, POLICY_KEY, OWNERSHIP_KEY),
    }
)
DEFAULT = "default"
"""The name of the standard in the package that grades when none is named."""


def read_standard(text: str, source: str) -> Standard:
    """Return the standard that a document says.

    Args:
        text: The YAML document.
        source: Its file name, for places in messages.

    Raises:
        StandardError: The text is not YAML, or unsafe.
        StandardProblemsError: It is YAML, but not a standard; holds every problem found.
    """
    standard, problems = examine_standard(text, source)
    if standard is None:
        raise StandardProblemsError(source, problems)
    return standard


def examine_standard(text: str, source: str) -> tuple[Standard | None, tuple[Problem, ...]]:
    """Return the standard, or None when it has errors, with everything found in it.

    Raises:
        StandardError: The text is not YAML, or unsafe.
    """
    document = load_document(text, source)
    reading = Reading(source)
    standard = _read(reading, document, text, source)
    if reading.is_whole():
        reading.problems += findings_on_standard(standard, document)
    problems = tuple(sorted(reading.problems, key=lambda p: (p.place.line, p.place.column)))
    return (None if reading.has_errors else standard), problems


def load_standard(path: Path) -> Standard:
    """Return the standard in a file.

    Raises:
        CallError: There is no such file.
        StandardError: It is not text, not YAML, or not a standard.
    """
    return read_standard(standard_text(path), path.name)


def standard_text(path: Path) -> str:
    """Return the document in a file as it is written.

    Raises:
        CallError: There is no such file.
        StandardError: It is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise CallError(
            Text("there is no standard “{p}”", "没有标准文件“{p}”").filled(p=path),
            mend=Text("Check the path given with --standard.", "请检查 --standard 的路径。"),
        ) from error
    except UnicodeDecodeError as error:
        raise StandardError(
            Text("this is not UTF-8 text", "不是 UTF-8 文本"),
            where=str(path),
            mend=Text("Save the file as UTF-8.", "请将文件另存为 UTF-8。"),
        ) from error


def bundled_names() -> tuple[str, ...]:
    """Return the names of the standards in the package: the default one, then by alphabet."""
    files = (resources.files("kefen.standards") / "bundled").iterdir()
    names = {file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml")}
    return (DEFAULT, *sorted(names - {DEFAULT}))


def bundled_text(name: str) -> str:
    """Return the document of a standard in the package.

    Raises:
        CallError: There is none with that name.
    """
    if name not in bundled_names():
        raise CallError(
            Text("there is no bundled standard “{n}”", "没有内置标准“{n}”").filled(n=name),
            mend=Text("There are: {b}.", "可用：{b}。").filled(b=", ".join(bundled_names())),
        )
    file = resources.files("kefen.standards") / "bundled" / f"{name}.yaml"
    return file.read_text(encoding="utf-8")


def bundled_standard(name: str = DEFAULT) -> Standard:
    """Return a standard in the package.

    Raises:
        CallError: There is none with that name.
    """
    return read_standard(bundled_text(name), f"{name}.yaml")


def _read(reading: Reading, document: Mapping, text: str, source: str) -> Standard:
    reading.only_known(document, STANDARD_KEYS, _STANDARD)
    id_node = reading.scalar(document, "standard", _STANDARD, needed=True)
    if id_node is not None and not IDENTIFIER.fullmatch(id_node.text.replace("-", "_")):
        reading.problem(
            id_node.place,
            Text("“{n}” cannot name a standard", "“{n}”不能作为标准名").filled(n=id_node.text),
            Text("Use letters, digits and -.", "请用字母、数字和“-”。"),
        )
    version_node = reading.scalar(document, "version", _STANDARD, needed=True)
    window_node = reading.scalar(document, "window", _STANDARD)
    window = reading.window(window_node) if window_node is not None else Window(12)
    valid_from, valid_until = _span(reading, document)
    noticed = "notice" in document.entries
    notice = reading.text(document, "notice", _STANDARD) if noticed else None
    reasons = dict(REASONS)
    reasons_node = reading.mapping(document, "reasons")
    for code, child in reasons_node or ():
        reasons[code] = reading.wording(child, code)
    metrics_node = reading.mapping(document, "metrics")
    schemes_node = reading.mapping(document, "schemes")
    for key, node in (("metrics", metrics_node), ("schemes", schemes_node)):
        if node is None:
            reading.missing(document.place, key, _STANDARD)
    models_node = reading.mapping(document, "models")
    metrics, models = (
        read_metrics(reading, metrics_node, window, models_node)
        if metrics_node is not None
        else ({}, {})
    )
    schemes = (
        read_schemes(reading, schemes_node, metrics, reasons) if schemes_node is not None else {}
    )
    return Standard(
        id=id_node.text if id_node is not None else "",
        version=reading.whole(version_node, Text("“version”", "“version”")) if version_node else 0,
        name=reading.text(document, "name", _STANDARD),
        description=reading.text(document, "description", _STANDARD, default=Text("", "")),
        constants=_constants(reading, document, window),
        reasons=reasons,
        metrics=metrics,
        models=models,
        schemes=schemes,
        text=text,
        fingerprint=_fingerprint(document),
        source=source,
        valid_from=valid_from,
        valid_until=valid_until,
        notice=notice,
        up_to_date=read_up_to_date(reading, document, metrics),
        calibration=read_calibration_policy(reading, document, valid_from),
        alerts=read_alerts(reading, document, metrics, schemes),
        ownership=read_ownership(reading, document, schemes),
    )


def _span(reading: Reading, document: Mapping) -> tuple[date | None, date | None]:
    """Return the first and the last day of the edition."""
    first, last = (reading.day(document, key, _STANDARD) for key in ("valid_from", "valid_until"))
    if first is not None and last is not None and last < first:
        reading.problem(
            document.entries["valid_until"].place,
            Text("the edition ends before it begins", "版本的截止日早于起始日"),
            Text("Correct one of the two days.", "请更正其中一个日期。"),
        )
    return first, last


def _constants(reading: Reading, document: Mapping, window: Window) -> Constants:
    node = reading.mapping(document, "confidence")
    small, coverage = 50, Fraction(1, 2)
    if node is not None:
        what = Text("“confidence”", "“confidence”")
        reading.only_known(node, CONFIDENCE_KEYS, what)
        small_node = reading.scalar(node, "small_population", what)
        if small_node is not None:
            small = reading.whole(small_node, what)
        coverage_node = reading.scalar(node, "coverage", what)
        if coverage_node is not None:
            bare = Scalar(
                coverage_node.text.removesuffix("%").strip(), coverage_node.place, quoted=False
            )
            coverage = Fraction(reading.number(bare, what)) / 100
    return Constants(window, small, coverage)


def _fingerprint(document: Mapping) -> str:
    meaning = _meaning(document, own_names=False)
    canonical = json.dumps(meaning, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _meaning(node: Node, *, own_names: bool) -> object:
    if isinstance(node, Scalar):
        return _BLANKS.sub(lambda found: found[1] or " ", node.text.strip())
    if isinstance(node, Mapping):
        return [
            [
                key,
                _of_terms(child)
                if key == "terms" and not own_names
                else _meaning(child, own_names=not own_names and key in _NAMED),
            ]
            for key, child in node
            if own_names or key not in _WORDING
        ]
    return [_meaning(item, own_names=False) for item in node.items]


def _of_terms(node: Node) -> object:
    """Return the meaning of terms: units and amounts by grade, which may be called like a key."""
    if not isinstance(node, Mapping):
        return _meaning(node, own_names=False)
    return [
        [
            identifier,
            # A wording says for people what a grade gets; that there is one is meaning.
            [
                [key, None if isinstance(value, Mapping) else _meaning(value, own_names=False)]
                for key, value in term
                if key != "name"
            ]
            if isinstance(term, Mapping)
            else _meaning(term, own_names=False),
        ]
        for identifier, term in node
    ]
