"""Lists of names and of countries to compare customers with, read as they are published.

Three forms are known: the files of OFAC's list of specially designated nationals (names, aliases
and addresses apart, without headings, `-0-` for nothing), a table with headings, and a list of
countries such as the FATF's. Broken rows are kept with what is wrong with them.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_OFAC_NAMES = [
    "ent_num",
    "sdn_name",
    "sdn_type",
    "program",
    "title",
    "call_sign",
    "vess_type",
    "tonnage",
    "grt",
    "vess_flag",
    "vess_owner",
    "remarks",
]
_OFAC_ALIASES = ["ent_num", "alt_num", "alt_type", "alt_name", "alt_remarks"]
_OFAC_ADDRESSES = ["ent_num", "add_num", "address", "city_state_zip", "country", "add_remarks"]
_NOTHING = "-0-"
_KINDS = {
    "individual": "person",
    "person": "person",
    "个人": "person",
    "自然人": "person",
    "entity": "company",
    "company": "company",
    "organization": "company",
    "organisation": "company",
    "企业": "company",
    "单位": "company",
    "机构": "company",
    "vessel": "vessel",
    "船舶": "vessel",
    "aircraft": "aircraft",
    "航空器": "aircraft",
}
_HEADINGS = {
    "id": ("id", "entry_id", "number", "编号", "序号"),
    "name": ("name", "full_name", "名称", "姓名", "中文名"),
    "aliases": ("aliases", "alias", "aka", "other_names", "别名", "曾用名", "外文名"),
    "kind": ("kind", "type", "类型", "性质"),
    "country": ("country", "nationality", "国家", "国籍"),
    "born": ("birth_date", "date_of_birth", "dob", "出生日期"),
    "program": ("program", "programme", "list", "category", "名单", "类别"),
    "dated": ("as_of", "dated", "list_date", "日期", "名单日期"),
    "source": ("source", "来源"),
    "jurisdiction": ("jurisdiction", "国家或地区", "法域"),
    "code": ("iso2", "country_code", "国家代码"),
    "level": ("fatf_category", "level", "风险等级", "等级"),
}
_BORN = re.compile(r"DOB (?:circa )?((?:\d{1,2} )?(?:[A-Z][a-z]{2} )?\d{4})")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%m/%d/%Y", "%Y%m%d")
_EXCERPT = 120


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One person, company, ship or country of a list.

    Attributes:
        id: Its number on the list.
        name: Its name.
        aliases: Further names of it.
        kind: `person`, `company`, `vessel` or `aircraft`; None where the list does not say.
        countries: Countries it is connected with, as written.
        born: Dates of birth: `2001-05-31`, or a year alone.
        program: Under which programme or category it is listed.
        code: The two letters of a country, on lists of countries.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str | None = None
    countries: tuple[str, ...] = ()
    born: tuple[str, ...] = ()
    program: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row of a list that cannot be used.

    Attributes:
        file: The file's name.
        row: Its row, the first being 1.
        reason: What is wrong with it.
        content: The row as it stands, cut after 120 characters.
    """

    file: str
    row: int
    reason: Text
    content: str


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A list as read.

    Attributes:
        entries: Its entries.
        broken: The rows that cannot be used.
        rows: How many rows its files have.
        dated: The day the list itself names as its own; None where it names none.
        source: Where it comes from, as it says itself; None where it does not.
    """

    entries: tuple[ListEntry, ...]
    broken: tuple[BrokenRow, ...]
    rows: int
    dated: date | None
    source: str | None


def read_watchlist(path: Path, *, max_rejected: Decimal = Decimal("0.01")) -> Watchlist:
    """Read a list from a file, or from a folder with OFAC's files.

    Args:
        path: A CSV or Parquet file; of OFAC's files the one of names, or the folder.
        max_rejected: The share of rows that may be broken before reading stops.

    Raises:
        DataError: There is no such file, it has no column of names, it is empty, or too many of
            its rows are broken.
    """
    names = _ofac_file(path)
    found = _read_ofac(names) if names is not None else _read_table(path)
    if not found.entries and not found.broken:
        raise DataError(
            Text("the list is empty", "名单为空"),
            where=str(path),
            mend=Text("Check that it is the whole file.", "请检查文件是否完整。"),
        )
    if len(found.broken) > found.rows * max_rejected:
        first = found.broken[0]
        raise DataError(
            Text(
                "{n} of {all} rows of the list are broken; the first, row {row}: {why}",
                "名单 {all} 行中有 {n} 行无法使用；首行为第 {row} 行：{why}",
            ).filled(n=len(found.broken), all=found.rows, row=first.row, why=first.reason),
            where=str(path),
            mend=Text(
                "Fetch the list again, or allow more with --max-rejected.",
                "请重新下载名单，或用 --max-rejected 放宽。",
            ),
        )
    return found


# --- rows of files ------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of a CSV, Excel or Parquet file.

    A Parquet file begins with its names; of a workbook the first sheet is read.
    """
    if not path.is_file():
        raise DataError(
            Text("there is no such file", "没有这个文件"),
            where=str(path),
            mend=Text("Check the path of the list.", "请检查名单路径。"),
        )
    if path.suffix.lower() == ".parquet":
        yield from _parquet_rows(path)
        return
    if path.suffix.lower() in (".xlsx", ".xls"):
        yield from _workbook_rows(path)
        return
    from kefen.lake.reading.encodings import find_encoding

    with path.open(encoding=find_encoding(path), newline="", errors="strict") as file:
        reader = csv.reader(file)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, []
                continue
            yield number, [cell.strip() for cell in cells]


def _parquet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    yield 1, list(table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    for number, cells in enumerate(zip(*columns, strict=True), start=2):
        yield number, ["" if cell is None else str(cell).strip() for cell in cells]


def _workbook_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    from kefen.lake.reading.plain_tables import read_plain_table

    table = read_plain_table(path)
    yield 1, list(table.headings)
    for number, cells in zip(table.numbers, table.rows, strict=True):
        yield number, list(cells)


def _broken(path: Path, row: int, cells: Sequence[str], reason: Text) -> BrokenRow:
    return BrokenRow(path.name, row, reason, ",".join(cells)[:_EXCERPT])


def _cells_wrong(found: int, needed: int) -> Text:
    return Text("{n} cells where {m} are needed", "有 {n} 格，应为 {m} 格").filled(
        n=found, m=needed
    )


_NO_NAME = Text("no name", "没有名称")
_UNKNOWN_ENTRY = Text("names an entry that the list does not have", "所指的条目不在名单中")


# --- OFAC ---------------------------------------------------------------------------------------


def _ofac_file(path: Path) -> Path | None:
    """Return OFAC's file of names, or None when the path is another list."""
    if path.is_dir():
        return next(iter(sorted(f for f in path.iterdir() if _stem(f) == "sdn")), None)
    return path if _stem(path) == "sdn" else None


def _stem(path: Path) -> str:
    return path.stem.lower() if path.suffix.lower() in (".csv", ".parquet") else ""


def _read_ofac(names: Path) -> Watchlist:
    broken: list[BrokenRow] = []
    entries: dict[str, ListEntry] = {}
    rows = 0
    for number, cells in _of_columns(names, _OFAC_NAMES):
        rows += 1
        if len(cells) != len(_OFAC_NAMES):
            broken.append(_broken(names, number, cells, _cells_wrong(len(cells), 12)))
            continue
        own = dict(zip(_OFAC_NAMES, cells, strict=True))
        if not own["ent_num"] or not own["sdn_name"]:
            broken.append(_broken(names, number, cells, _NO_NAME))
            continue
        entries[own["ent_num"]] = ListEntry(
            own["ent_num"],
            own["sdn_name"],
            kind=_KINDS.get(own["sdn_type"].lower(), "company" if not own["sdn_type"] else None),
            born=tuple(b for text in _BORN.findall(own["remarks"]) if (b := _birth(text))),
            program=own["program"] or None,
        )
    for stem, columns, field in (
        ("alt", _OFAC_ALIASES, "alt_name"),
        ("add", _OFAC_ADDRESSES, "country"),
    ):
        further = next((f for f in sorted(names.parent.iterdir()) if _stem(f) == stem), None)
        if further is not None:
            rows += _add_ofac(further, columns, field, entries, broken)
    return Watchlist(tuple(entries.values()), tuple(broken), rows, None, "OFAC SDN")


def _add_ofac(
    path: Path,
    columns: list[str],
    field: str,
    entries: dict[str, ListEntry],
    broken: list[BrokenRow],
) -> int:
    rows = 0
    for number, cells in _of_columns(path, columns):
        rows += 1
        if len(cells) != len(columns):
            broken.append(_broken(path, number, cells, _cells_wrong(len(cells), len(columns))))
            continue
        own = dict(zip(columns, cells, strict=True))
        entry = entries.get(own["ent_num"])
        if entry is None:
            broken.append(_broken(path, number, cells, _UNKNOWN_ENTRY))
        elif field == "alt_name" and own[field]:
            entries[entry.id] = replace(entry, aliases=(*entry.aliases, own[field]))
        elif field == "country" and own[field] and own[field] not in entry.countries:
            entries[entry.id] = replace(entry, countries=(*entry.countries, own[field]))
    return rows


def _of_columns(path: Path, columns: list[str]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in _rows(path):
        if number == 1 and [cell.lower() for cell in cells] == columns:
            continue
        # OFAC's files end with the mark of an old end of file, alone on a row.
        if len(cells) <= 1 and not "".join(cells).strip("\x1a"):
            continue
        yield number, ["" if cell == _NOTHING else cell for cell in cells]


# --- tables with headings -----------------------------------------------------------------------


def _read_table(path: Path) -> Watchlist:
    rows = _rows(path)
    _, heading = next(rows, (0, []))
    places = _places(heading)
    if "name" not in places and "jurisdiction" not in places:
        raise DataError(
            Text(
                "the list has no column of names; its headings are: {h}",
                "名单没有名称列；其表头为：{h}",
            ).filled(h=", ".join(heading) or "–"),
            where=str(path),
            mend=Text(
                "Call it name (or 名称), or jurisdiction for countries. OFAC's files are known by"
                " the name sdn.csv.",
                "请将其命名为 name（或“名称”），国家名单用 jurisdiction。OFAC 的文件按文件名"
                " sdn.csv 识别。",
            ),
        )
    entries: list[ListEntry] = []
    broken: list[BrokenRow] = []
    dates: set[date] = set()
    sources: list[str] = []
    count = 0
    for number, cells in rows:
        if not any(cells):
            continue
        count += 1
        if len(cells) != len(heading):
            broken.append(_broken(path, number, cells, _cells_wrong(len(cells), len(heading))))
            continue
        own = {field: cells[place] for field, place in places.items()}
        entry = _entry(own, number)
        if entry is None:
            broken.append(_broken(path, number, cells, _NO_NAME))
            continue
        entries.append(entry)
        day = _day(own.get("dated", ""))
        if day is not None:
            dates.add(day)
        if own.get("source"):
            sources.append(own["source"])
    return Watchlist(
        tuple(entries),
        tuple(broken),
        count,
        min(dates, default=None),
        sources[0] if sources else None,
    )


def _places(heading: Iterable[str]) -> dict[str, int]:
    plain = [cell.strip().lower().replace(" ", "_") for cell in heading]
    return {
        field: plain.index(word)
        for field, words in _HEADINGS.items()
        for word in [next((w for w in words if w in plain), None)]
        if word is not None
    }


def _entry(own: Mapping[str, str], number: int) -> ListEntry | None:
    name = own.get("jurisdiction") or own.get("name") or ""
    if not name:
        return None
    aliases = [part.strip() for part in re.split(r"[;；|]", own.get("aliases", ""))]
    return ListEntry(
        own.get("id") or str(number),
        name,
        tuple(alias for alias in aliases if alias),
        _KINDS.get(own.get("kind", "").lower()),
        tuple(part for part in (own.get("country", ""),) if part),
        tuple(
            b for part in re.split(r"[;；|]", own.get("born", "")) if (b := _birth(part.strip()))
        ),
        own.get("level") or own.get("program") or None,
        own.get("code") or None,
    )


def _birth(text: str) -> str | None:
    """Return a date of birth as `2001-05-31`, or the year where only that is known."""
    day = _day(text)
    if day is not None:
        return day.isoformat()
    year = re.search(r"\b(\d{4})\b", text)
    return year[1] if year else None


def _day(text: str) -> date | None:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None
