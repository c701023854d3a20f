"""The pages hold together: links, both languages, generated parts, examples that load."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from documentation_pages import DOCS, ROOT, blocks, pages, title

from kefen.cli.main import cli
from kefen.compiler.points import POSITION_CUTS
from kefen.domain.contract import TABLES
from kefen.standards.reader import bundled_standard

GENERATOR = runpy.run_path(str(DOCS / "generate.py"))
ONE_LANGUAGE = {  # for contributors, or both languages on one page
    "CHANGELOG.md",
    "docs/glossary.md",
    "docs/explanation/how-grading-works.md",
}
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FILE = re.compile(r"`((?:src|tests|docs|examples|benchmarks)/[\w./]*\w/?|(?:\w+/)+\w+\.py)`")
FOLDERS = ("src", "tests", "docs", "examples", "benchmarks")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def prose(page: Path) -> str:
    """The text of a page without its fenced blocks and code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as code forges make them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)

    def anchor(heading: str) -> str:
        kept = [
            c for c in heading.strip().lower() if c in " -_" or unicodedata.category(c)[0] in "LN"
        ]
        return "".join(kept).replace(" ", "-")

    return {anchor(match) for match in _HEADING.findall(text)}


@pytest.mark.parametrize("page", pages(), ids=title)
def test_links_resolve(page: Path) -> None:
    for target in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+://", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors(found), f"{target}: there is no such heading"


@pytest.mark.parametrize("page", pages(), ids=title)
def test_files_named_exist(page: Path) -> None:
    for name in _FILE.findall(page.read_text(encoding="utf-8")):
        within = ROOT if name.split("/")[0] in FOLDERS else ROOT / "src/kefen"
        assert (within / name).exists(), name


def test_every_page_is_reached_from_the_contents() -> None:
    reached: set[Path] = set()
    pending = [ROOT / "README.md", ROOT / "README.zh.md"]
    while pending:
        page = pending.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in _LINK.findall(prose(page)):
            path = target.partition("#")[0]
            found = (page.parent / path).resolve()
            if path.endswith(".md") and found.exists():
                pending.append(found)
    assert not [title(page) for page in pages() if page not in reached]


@pytest.mark.parametrize("page", pages(), ids=title)
def test_a_page_has_its_counterpart(page: Path) -> None:
    name = title(page)
    if name in ONE_LANGUAGE or name.startswith("docs/decisions/"):
        return
    other = (
        page.with_name(page.name.replace(".zh.md", ".md"))
        if name.endswith(".zh.md")
        else page.with_name(page.name.replace(".md", ".zh.md"))
    )
    assert other.exists(), f"{name} has no {other.name}"
    chinese = len(re.findall("[\u4e00-\u9fff]", prose(page)))
    if name.endswith(".zh.md"):
        assert chinese > 80
    else:
        assert chinese < 80


def test_generated_pages_are_up_to_date() -> None:
    stale = GENERATOR["out_of_date"]()
    assert not [path.name for path in stale], "run: python docs/generate.py"


def test_a_page_that_says_otherwise_is_noticed() -> None:
    text = "<!-- generated: reasons -->\nnothing\n<!-- end of reasons -->"
    assert "no_purchase_in_window" in GENERATOR["page"](text, "en")
    assert "期内没有购买" in GENERATOR["page"](text, "zh")


@pytest.mark.parametrize("language", ["", ".zh"])
def test_every_metric_scheme_and_table_is_documented(language: str) -> None:
    standard = bundled_standard()
    page = (DOCS / f"reference/default-standard{language}.md").read_text(encoding="utf-8")
    for metric in standard.metrics:
        assert f"#### {metric}\n" in page
    for scheme in standard.schemes:
        assert f"### {scheme}\n" in page
    contract = (DOCS / f"reference/data-contract{language}.md").read_text(encoding="utf-8")
    for table in TABLES:
        assert f"### {table}\n" in contract
    assert f"/ {2 * POSITION_CUTS}" in page or f"÷ {2 * POSITION_CUTS}" in page


def test_chinese_wording_has_no_blanks_from_folded_lines() -> None:
    standard = bundled_standard()
    assert "预期销售额 10、增长率 4" in standard.schemes["value_index"].rationale.zh
    for scheme in standard.schemes.values():
        assert not re.findall(
            "[\u4e00-\u9fff，。、；：（）] +[\u4e00-\u9fff（]", scheme.rationale.zh
        )


@pytest.mark.parametrize("language", ["", ".zh"])
def test_every_command_is_documented(language: str) -> None:
    page = (DOCS / f"reference/commands{language}.md").read_text(encoding="utf-8")

    def names(group: Any, before: str) -> list[str]:
        found = []
        for name in group.list_commands(None):
            command = group.get_command(None, name)
            inner = hasattr(command, "list_commands")
            found += names(command, f"{before}{name} ") if inner else [f"{before}{name}"]
        return found

    for name in names(cli, "kefen "):
        assert name in page, name


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of grading the templates."""
    folder = tmp_path_factory.mktemp("graded")
    for template in (ROOT / "examples/tables/en").glob("*.csv"):
        shutil.copy(template, folder)
    orders = folder / "orders.csv"
    heading, *lines = orders.read_text(encoding="utf-8-sig").splitlines()
    remarked = [f"{heading},Remark", *(f"{line},no column of ours" for line in lines)]
    orders.write_text("\n".join(remarked), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        call = "grade --customers customers.csv --orders orders.csv --out results --no-report"
        done = CliRunner().invoke(cli, [*call.split(), "--quiet"])
    assert done.exit_code == 0, done.output
    return folder / "results"


@pytest.mark.parametrize("language", ["", ".zh"])
def test_every_key_of_a_run_and_a_calibration_is_documented(results: Path, language: str) -> None:
    page = (DOCS / f"reference/outputs{language}.md").read_text(encoding="utf-8")
    record = json.loads((results / "run.json").read_text(encoding="utf-8"))
    for key in (*record, *record["customers"], *record["rows"]["orders"], *record["seconds"]):
        assert f"`{key}`" in page, key
    for key in (*record["findings"][0], *record["schemes_not_run"][0]):
        assert f"`{key}`" in page, key
    for file in results.iterdir():
        assert f"`{file.name}`" in page, file.name
    page = (DOCS / f"reference/default-standard{language}.md").read_text(encoding="utf-8")
    learned = json.loads((results / "calibration.json").read_text(encoding="utf-8"))
    keys = {key for scheme in learned["schemes"].values() for key in scheme}
    assert keys >= {"population", "total", "smallest", "cuts", "learned"}
    for key in (*learned, *keys):
        assert f"`{key}`" in page, key


@pytest.mark.parametrize("page", pages(), ids=title)
def test_python_examples_run(page: Path, results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(results.parent)
    for block in blocks(page):
        if block.language == "python":
            exec(compile(block.text, title(page), "exec"), {})  # noqa: S102


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    record = (DOCS / "decisions/0001-dependencies.md").read_text(encoding="utf-8")
    for dependency in project["dependencies"]:
        name = re.split(r"[<>=\[]", dependency)[0]
        assert f"| {name} |" in record, name


def test_pictures_are_small() -> None:
    pictures = sorted((DOCS / "images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < 300_000, picture.name
