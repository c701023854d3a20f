"""The workbook and the page: safe with hostile text, whole, and complete in both languages."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import zipfile
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from kefen.domain.errors import EngineError
from kefen.domain.text import LANGUAGES, Text
from kefen.lake.quality import assess_quality
from kefen.reports.build import build_report
from kefen.reports.excel import write_excel
from kefen.reports.html import render_html
from kefen.reports.tables import Table
from kefen.reports.write import write_reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kefen.grading.run import GradedRun

    RunMaker = Callable[..., GradedRun]

HOSTILE = (
    "=cmd()|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "http://evil.example/x",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "🏭 Fabrik",
    "شركة الأمل",
    "a\x07b",
    "00123",
)


def company(names: tuple[str, ...] = HOSTILE, place: str = "North") -> dict[str, Any]:
    customers = [
        {
            "customer_id": f"{number:03d}",
            "name": name,
            "region": place,
            "city": name,
            "industry": name,
            "owner": name,
            "source": "fair",
            "employees": 10,
        }
        for number, name in enumerate(names)
    ]
    orders = [
        {
            "order_id": f"o{number}-{month}",
            "line": "1",
            "customer_id": f"{number:03d}",
            "ordered_at": f"2024-{month:02d}-03 08:00:00",
            "amount": Decimal(100 * (number + 1)),
            "cost": Decimal(60),
            "category": names[number],
        }
        for number in range(len(names))
        for month in range(1, 2 + number % 6)
    ]
    return {
        "customers": customers,
        "orders": orders,
        "receivables": [
            {"invoice_id": "i", "customer_id": "000", "issued_on": "2024-01-01",
             "due_on": "2024-02-01", "amount": "12345.67"},
        ],
        "surveys": [{"customer_id": "000", "answered_on": "2024-05-05", "score": 5}],
        "interactions": [
            {"customer_id": "000", "at": "2024-05-05 10:00:00", "kind": "visit", "result": names[0]}
        ],
    }  # fmt: skip


@pytest.fixture
def hostile_files(make_run: RunMaker, tmp_path: Path) -> dict[str, Path]:
    run = make_run(**company(), generated=("receivables",))
    quality = assess_quality(run.dataset, run.as_of)
    folders = {}
    for language in LANGUAGES:
        folders[language] = tmp_path / language
        folders[language].mkdir()
        write_reports(run, folders[language], language, customer="000", quality=quality)
    return folders


def test_the_workbook_holds_hostile_text_as_text(hostile_files: dict[str, Path]) -> None:
    for folder in hostile_files.values():
        with zipfile.ZipFile(folder / "report.xlsx") as archive:
            sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
            for name in sheets:
                content = archive.read(name).decode()
                assert "<f>" not in content
                assert "<hyperlink" not in content
            assert not [name for name in archive.namelist() if "external" in name.lower()]
        book = openpyxl.load_workbook(folder / "report.xlsx")
        cells = {
            cell.value: cell
            for sheet in book.worksheets
            for line in sheet.iter_rows()
            for cell in line
            if isinstance(cell.value, str)
        }
        for text in HOSTILE:
            shown = text.replace("\x07", "_x0007_")
            assert shown in cells or text in cells
            assert cells.get(shown, cells.get(text)).data_type == "s"  # type: ignore[union-attr]


def test_numbers_in_the_workbook_are_numbers(make_run: RunMaker, tmp_path: Path) -> None:
    report = build_report(make_run(**company(("Acme", "Birch"))))
    path = tmp_path / "r.xlsx"
    write_excel(report, path, "en")
    sheet = openpyxl.load_workbook(path)["Customers"]
    rows = list(sheet.iter_rows(values_only=True))
    heading = next(n for n, line in enumerate(rows) if line[0] == "Customer id")
    sales = rows[heading].index("Sales")
    assert rows[heading + 1][0] == "001"
    assert rows[heading + 1][sales] == 400
    last = rows[heading].index("Last purchase")
    assert rows[heading + 1][last].date() == date(2024, 2, 3)
    assert sheet.freeze_panes == f"B{heading + 2}"
    assert sheet.auto_filter.ref is not None
    assert sheet.print_title_rows == f"${heading + 1}:${heading + 1}"
    assert sheet.page_setup.orientation == "landscape"


def test_every_chart_reads_the_cells_of_its_own_numbers(make_run: RunMaker, tmp_path: Path) -> None:
    run = make_run(**company(("Acme", "Birch")), generated=("surveys",))
    path = tmp_path / "r.xlsx"
    write_excel(build_report(run), path, "en")
    book = openpyxl.load_workbook(path)
    numbers = book["Chart numbers"]
    references = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/charts/chart"):
                references += re.findall(
                    r"<c:tx><c:strRef><c:f>(.*?)</c:f>", archive.read(name).decode()
                )
    names = {numbers[ref.rpartition("!")[2].replace("$", "")].value for ref in references}
    assert names == {"Customers %", "Sales %", "Share of sales", "New", "Won back", "Lost", "Sales"}


class _Checker(HTMLParser):
    """Balanced tags, no attribute that the policy forbids, every id once."""

    VOID = frozenset(["meta", "link", "br", "input", "img", "hr"])

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value))
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)


def checked(page: str) -> _Checker:
    checker = _Checker()
    checker.feed(page)
    checker.close()
    return checker


def test_the_page_is_well_formed_and_asks_the_network_for_nothing(
    hostile_files: dict[str, Path],
) -> None:
    for language, folder in hostile_files.items():
        page = (folder / "report.html").read_text(encoding="utf-8")
        found = checked(page)
        assert found.open == []
        assert len(found.ids) == len(set(found.ids))
        for link in found.links:
            assert link.startswith("#") or link == "data:,"
            if link.startswith("#"):
                assert link[1:] in found.ids
        assert "url(http" not in page
        assert "@import" not in page
        assert ("html", "lang", "zh-CN" if language == "zh" else "en") in found.attributes
        forbidden = [a for a in found.attributes if a[1] == "style" or a[1].startswith("on")]
        assert forbidden == []


def test_hostile_names_are_only_text_on_the_page(hostile_files: dict[str, Path]) -> None:
    page = (hostile_files["en"] / "report.html").read_text(encoding="utf-8")
    found = checked(page)
    assert page.count("<script>") == 1
    assert "<script>alert(1)</script>" in "".join(found.text)
    assert not [tag for tag, *_ in found.attributes if tag == "img"]
    assert "{{ 7 * 7 }}" in "".join(found.text)


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(
    make_run: RunMaker,
) -> None:
    page = render_html(build_report(make_run(**company(("Acme",)))), "en")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'")
    assert "unsafe" not in allowed
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in allowed


def texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


CJK = re.compile(r"[一-鿿]")


def test_both_languages_are_complete(make_run: RunMaker) -> None:
    run = make_run(**company(("Acme", "Birch")), generated=("receivables",))
    quality = assess_quality(run.dataset, run.as_of)
    for customer in ("000", None):
        report = build_report(run, customer=customer, quality=quality)
        for text in texts(report):
            assert text.en.strip() and text.zh.strip()
            assert not CJK.search(text.en), text
            assert "{" not in text.en + text.zh, text
            if re.search(r"[a-z]{3,} [a-z]{3,}", text.en):
                assert CJK.search(text.zh), text
        english = "".join(checked(render_html(report, "en")).text)
        assert not CJK.search(english)
        for section in report.sections:
            assert CJK.search(section.title.zh)


def test_titles_of_the_standard_tables_are_there_in_both_files(
    hostile_files: dict[str, Path],
) -> None:
    page = (hostile_files["zh"] / "report.html").read_text(encoding="utf-8")
    for title in (
        "表 1",
        "表 2 客户区域分布表",
        "表 3.1",
        "表 3.2",
        "表 4 客户管理卡",
        "制表",
        "更新期限",
    ):
        assert title in page
    names = openpyxl.load_workbook(hostile_files["zh"] / "report.xlsx").sheetnames
    assert {"概要", "集中度", "1 客户分布", "2 区域分布", "3 客户增减", "7 账龄与对账单"} <= set(
        names
    )
    assert "生成的示例数据：应收账款" in page


def test_the_same_run_writes_the_same_page(make_run: RunMaker) -> None:
    pages = {render_html(build_report(make_run(**company())), "zh") for _ in range(2)}
    assert len(pages) == 1


def test_the_page_shows_a_hundred_customers_and_says_so(make_run: RunMaker) -> None:
    names = tuple(f"Customer {n}" for n in range(120))
    report = build_report(make_run(**company(names)))
    found = next(block for block in report.tables() if block.id == "customer_list")
    assert isinstance(found, Table)
    assert len(found.rows) == 120
    page = render_html(report, "en")
    assert "The first 100 of 120 rows" in page


def test_a_folder_that_cannot_be_written_to_is_said_so(make_run: RunMaker, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        write_reports(make_run(**company(("Acme",))), tmp_path / "nowhere", "en")
    assert "could not be written" in caught.value.in_language("en")
