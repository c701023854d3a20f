"""What holds for whatever is written: read or refused, in time, and at a place inside it."""

from __future__ import annotations

import re
import time
from typing import Any

from jsonschema import Draft202012Validator

from kefen.domain.errors import StandardError
from kefen.domain.text import Text
from kefen.standards.difference import differences
from kefen.standards.document import Mapping, Node, Scalar, load_document
from kefen.standards.json_schema import standard_schema
from kefen.standards.library import outline
from kefen.standards.model import Standard
from kefen.standards.problems import Problem, StandardProblemsError
from kefen.standards.reader import bundled_standard, examine_standard, read_standard
from kefen.standards.words import standard_in_words

_VALIDATOR = Draft202012Validator(standard_schema())
_PLACE = re.compile(r"made-up\.yaml(?::(\d+):(\d+))?")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
SECONDS = 3.0
SECONDS_A_KILOBYTE = 0.1
"""Ten times what it takes on one slow core; a machine may be shared."""


def seen_through(text: str) -> Standard | None:
    """Return the standard that `text` says, or None where it is refused as it should be.

    One that is read is also put in words, compared with another, read again and validated.
    """
    standard = _examined(text)
    told = outline(text, "made-up.yaml")
    if standard is None:
        return None
    assert told.id == standard.id
    words = standard_in_words(standard)
    assert len(words.schemes) == len(standard.schemes)
    again = read_standard(text, "again.yaml")
    assert again.fingerprint == standard.fingerprint
    assert differences(standard, again) == ()
    other = bundled_standard("rfm-codes")
    assert bool(differences(other, standard)) == bool(differences(standard, other))
    return standard


def flagged_by_schema(text: str) -> list[str]:
    """Return what the JSON Schema for editors finds wrong."""
    document = _as_json(load_document(text, "made-up.yaml"))
    return [f"{error.json_path}: {error.message}" for error in _VALIDATOR.iter_errors(document)]


def _examined(text: str) -> Standard | None:
    rest = _characters_from(text)
    before = time.perf_counter()
    try:
        standard, problems = examine_standard(text, "made-up.yaml")
    except StandardError as error:
        _in_time(text, before)
        _is_inside(rest, error.where)
        _says(error.what)
        _says(error.mend)
        return None
    _in_time(text, before)
    for problem in problems:
        _is_inside(rest, f"made-up.yaml:{problem.place.line}:{problem.place.column}")
        _says(problem.what)
        _says(problem.mend)
    errors: list[Problem] = [p for p in problems if p.severity == "error"]
    assert (standard is None) == bool(errors)
    if standard is None:
        refused = StandardProblemsError("made-up.yaml", problems)
        _is_inside(rest, refused.where)
        assert refused.in_language("zh")
    return standard


def _in_time(text: str, before: float) -> None:
    taken = time.perf_counter() - before
    assert taken < SECONDS + SECONDS_A_KILOBYTE * len(text) / 1_000, f"{taken:.1f} s"


def _characters_from(text: str) -> list[int]:
    """Return how many characters there are from each line on."""
    lines = re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text)
    rest = [0]
    for line in reversed(lines):
        rest.append(rest[-1] + len(line) + 1)
    return rest[:0:-1]


def _is_inside(rest: list[int], where: str) -> None:
    match = _PLACE.fullmatch(where)
    assert match is not None, where
    if match[1] is not None:
        line, column = int(match[1]), int(match[2])
        assert 1 <= line <= len(rest) + 1, where
        # A folded value goes on in the lines below; the place counts from its first.
        below = rest[line - 1] if line <= len(rest) else 0
        assert 1 <= column <= below + 1, where


def _says(said: Text) -> None:
    assert said.en.strip()
    assert said.zh.strip()


def _as_json(node: Node) -> Any:
    """Return a document as an editor's YAML reader hands it to the schema."""
    if isinstance(node, Mapping):
        return {key: _as_json(child) for key, child in node}
    if not isinstance(node, Scalar):
        return [_as_json(item) for item in node.items]
    if node.quoted:
        return node.text
    if node.text in ("", "null", "~"):
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    if _NUMBER.fullmatch(node.text):
        return float(node.text) if "." in node.text or len(node.text) > 300 else int(node.text)
    return node.text
