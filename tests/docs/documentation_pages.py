"""The pages of the documentation, and the blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(\S*)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it is to be written to (or ""), its text."""

    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Call:
    """A command of a console block, the lines shown under it, and the exit code stated."""

    command: str
    shown: tuple[str, ...]
    exit_code: int


def pages() -> list[Path]:
    own = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CHANGELOG.md"]
    return [*own, *sorted(DOCS.rglob("*.md"))]


def title(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield Block(match[1], match[2] or "", match[3])


def calls(block: Block) -> Iterator[Call]:
    command, shown, code = "", [], 0
    for line in [*block.text.splitlines(), "$ "]:
        if not line.startswith("$ "):
            ended = re.fullmatch(r"\[exit (\d+)\]", line)
            if ended:
                code = int(ended[1])
            else:
                shown.append(line)
            continue
        if command:
            yield Call(command, tuple(shown), code)
        command, shown, code = line.removeprefix("$ "), [], 0
