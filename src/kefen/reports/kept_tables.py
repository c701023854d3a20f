"""The tables of a report as a file beside the run, for pages that show them without grading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.outputs import read_json, write_json
from kefen.reports.model import Meta
from kefen.reports.tables import Column, GradeMark, Particulars, Row, Table

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.reports.model import Report
    from kefen.reports.tables import Cell

TABLES_FILE = "tables.json"
_LISTS = frozenset({"customers", "card"})
"""Sections that list single customers in full: the workspace has pages of its own for them."""


@dataclass(frozen=True, slots=True)
class KeptSection:
    """A section of a report that has tables: its id, its title, and its tables."""

    id: str
    title: Text
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class KeptTables:
    """The tables of a run's report, and what the report is about."""

    meta: Meta
    sections: tuple[KeptSection, ...]

    def table(self, table_id: str) -> tuple[KeptSection, Table] | None:
        """Return a table and its section, or None."""
        return next(
            (
                (section, table)
                for section in self.sections
                for table in section.tables
                if table.id == table_id
            ),
            None,
        )


def write_kept_tables(report: Report, directory: Path) -> None:
    """Write the tables of a report beside the other files of its run."""
    meta = report.meta
    content = {
        "meta": {
            "standard": meta.standard.as_dict(),
            "as_of": meta.as_of.isoformat(),
            "window": meta.window.as_dict(),
            "currency": meta.currency.as_dict(),
            "generated": _text(meta.generated),
            "fingerprint": meta.fingerprint,
            "notice": _text(meta.notice),
        },
        "sections": [
            {
                "id": section.id,
                "title": section.title.as_dict(),
                "tables": [_table(one) for one in section.blocks if isinstance(one, Table)],
            }
            for section in report.sections
            if section.id not in _LISTS and any(isinstance(one, Table) for one in section.blocks)
        ],
    }
    write_json(directory / TABLES_FILE, content)


def read_kept_tables(directory: Path) -> KeptTables | None:
    """Return the tables of a run's report; None where it was kept without them.

    Raises:
        DataError: The file is damaged.
    """
    path = directory / TABLES_FILE
    if not path.is_file():
        return None
    content = read_json(path)
    try:
        meta = content["meta"]
        return KeptTables(
            Meta(
                standard=Text.from_dict(meta["standard"]),
                as_of=date.fromisoformat(meta["as_of"]),
                window=Text.from_dict(meta["window"]),
                currency=Text.from_dict(meta["currency"]),
                generated=_text_back(meta["generated"]),
                fingerprint=meta["fingerprint"],
                notice=_text_back(meta["notice"]),
            ),
            tuple(
                KeptSection(
                    one["id"],
                    Text.from_dict(one["title"]),
                    tuple(_table_back(table) for table in one["tables"]),
                )
                for one in content["sections"]
            ),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise DataError(
            Text("these are not the tables of a report", "不是报告的表格"),
            where=str(path),
            mend=Text("Grade again.", "请重新评级。"),
        ) from error


def _table(table: Table) -> dict[str, Any]:
    told = table.particulars
    return {
        "id": table.id,
        "title": table.title.as_dict(),
        "columns": [
            {
                "id": one.id,
                "title": one.title.as_dict(),
                "kind": one.kind,
                "bar": one.bar,
                "workbook_only": one.workbook_only,
            }
            for one in table.columns
        ],
        "rows": [_row(one) for one in table.rows],
        "totals": None if table.totals is None else _row(table.totals),
        "note": _text(table.note),
        "particulars": None
        if told is None
        else {
            "period": told.period.as_dict(),
            "unit": told.unit.as_dict(),
            "dated": told.dated.isoformat(),
            "update_due": told.update_due.isoformat(),
        },
        "filterable": table.filterable,
        "generated": _text(table.generated),
    }


def _table_back(found: dict[str, Any]) -> Table:
    told = found["particulars"]
    return Table(
        found["id"],
        Text.from_dict(found["title"]),
        tuple(
            Column(
                one["id"],
                Text.from_dict(one["title"]),
                one["kind"],
                one["bar"],
                one["workbook_only"],
            )
            for one in found["columns"]
        ),
        tuple(_row_back(one) for one in found["rows"]),
        None if found["totals"] is None else _row_back(found["totals"]),
        note=_text_back(found["note"]),
        particulars=None
        if told is None
        else Particulars(
            Text.from_dict(told["period"]),
            Text.from_dict(told["unit"]),
            date.fromisoformat(told["dated"]),
            date.fromisoformat(told["update_due"]),
        ),
        filterable=found["filterable"],
        generated=_text_back(found["generated"]),
    )


def _row(row: Row) -> list[Any]:
    return [row.level, row.unknown, [_cell(one) for one in row.cells]]


def _row_back(found: list[Any]) -> Row:
    level, unknown, cells = found
    return Row(tuple(_cell_back(one) for one in cells), int(level), bool(unknown))


def _cell(cell: Cell) -> Any:
    if isinstance(cell, Text):
        return {"text": cell.as_dict()}
    if isinstance(cell, GradeMark):
        return {"grade": cell.code, "name": cell.name.as_dict(), "tone": cell.tone}
    if isinstance(cell, Decimal):
        return {"number": str(cell)}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    return cell


def _cell_back(found: Any) -> Cell:
    if not isinstance(found, dict):
        cell: Cell = found
        return cell
    if "text" in found:
        return Text.from_dict(found["text"])
    if "grade" in found:
        return GradeMark(found["grade"], Text.from_dict(found["name"]), found["tone"])
    if "number" in found:
        return Decimal(found["number"])
    return date.fromisoformat(found["day"])


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else text.as_dict()


def _text_back(found: dict[str, str] | None) -> Text | None:
    return None if found is None else Text.from_dict(found)
