"""Every command printed in a console block is run, and says what the page says it says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documentation_pages import ROOT, Block, Call, blocks, calls, pages, title

RUN_BESIDE_DEMO = [p for p in pages() if "kefen-demo" in p.read_text(encoding="utf-8")]
RUN_ON_TEMPLATES = [
    page
    for page in pages()
    if page not in RUN_BESIDE_DEMO and any(block.language == "console" for block in blocks(page))
]


def run(command: str, folder: Path) -> tuple[int, str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "en",
        "COLUMNS": "200",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
    }
    environment.pop("TERM", None)
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout


def squeezed(text: str) -> str:
    """The text without spaces: wrapping and alignment follow the width of the terminal."""
    return "".join(text.split())


def assert_shown(call: Call, output: str) -> None:
    """Each piece between the dots of a shown line is in the output, in order."""
    whole, at = squeezed(output), 0
    for line in call.shown:
        for piece in squeezed(line).split("…"):
            found = whole.find(piece, at)
            assert found >= 0, f"$ {call.command}\n{line!r} is not in what it prints:\n{output}"
            at = found + len(piece)


def follow(page: Path, folder: Path, done: dict[str, str] | None = None) -> None:
    """Do what a page says, in a folder; `done` holds the output of commands already run."""
    for block in blocks(page):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        if block.language == "console":
            follow_block(block, folder, done or {})


def follow_block(block: Block, folder: Path, done: dict[str, str]) -> None:
    for call in calls(block):
        if call.command in done:
            output = done[call.command]
        else:
            code, output = run(call.command, folder)
            assert code == call.exit_code, f"$ {call.command}\n{output}"
        assert_shown(call, output)


def test_a_line_that_is_not_printed_fails() -> None:
    call = Call("kefen --version", ("kefen … never",), 0)
    with pytest.raises(AssertionError, match="never"):
        assert_shown(call, "kefen 0.1.0")


@pytest.mark.parametrize("page", RUN_ON_TEMPLATES, ids=title)
def test_commands_run_on_the_templates(page: Path, tmp_path: Path) -> None:
    for template in (ROOT / "examples/tables/en").glob("*.csv"):
        shutil.copy(template, tmp_path)
    follow(page, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_commands_run_beside_the_demo(language: str, tmp_path: Path) -> None:
    command = "kefen demo" if language == "en" else "kefen demo --lang zh"
    code, output = run(command, tmp_path)
    assert code == 0, output
    of_language = [p for p in RUN_BESIDE_DEMO if p.name.endswith(".zh.md") == (language == "zh")]
    assert len(of_language) >= 4
    for index, page in enumerate(of_language):
        folder = tmp_path / str(index)
        folder.mkdir()
        (folder / "kefen-demo").symlink_to(tmp_path / "kefen-demo")
        follow(page, folder, {command: output})
