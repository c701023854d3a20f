"""Every `Text` of the package reads in both languages, with the same placeholders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kefen
from kefen.domain.text import Text

PACKAGE = Path(kefen.__file__).parent


def texts(path: Path) -> Iterator[tuple[int, Text]]:
    """Return every `Text(...)` written with constants, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id != "Text":
            continue
        given = dict(zip(("en", "zh"), node.args, strict=False))
        given |= {keyword.arg or "": keyword.value for keyword in node.keywords}
        words = {
            name: value.value
            for name, value in given.items()
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
        }
        if set(words) == {"en", "zh"}:
            yield node.lineno, Text(words["en"], words["zh"])


MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_texts_are_whole_in_both_languages(module: str) -> None:
    for line, text in texts(PACKAGE / module):
        assert bool(text.en.strip()) == bool(text.zh.strip()), f"{module}:{line}"
        english, chinese = text.placeholders()
        assert english == chinese, f"{module}:{line}: {text.en}"


def test_the_walk_finds_the_texts() -> None:
    assert sum(1 for module in MODULES for _ in texts(PACKAGE / module)) > 300
