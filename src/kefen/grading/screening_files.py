"""What a screening writes: candidates to judge, rows of assessments, broken rows, a record."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.grading.outputs import SCREENING_FILE, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.grading.screening import Match, Screened
    from kefen.lake.watchlist import Watchlist

MATCHES, ASSESSMENTS, BROKEN = "matches.csv", "assessments.csv", "broken-rows.csv"
SCREENED_ITEM, MATCH_ITEM, COUNTRY_ITEM = "list screening", "list match", "country risk"
CANDIDATE, CLEAR, CONFIRMED, REJECTED = "candidate", "clear", "confirmed", "rejected"
JUDGED_BY = "compliance officer"
_DECISIONS = {
    "confirmed": CONFIRMED,
    "confirm": CONFIRMED,
    "yes": CONFIRMED,
    "确认": CONFIRMED,
    "是": CONFIRMED,
    "rejected": REJECTED,
    "reject": REJECTED,
    "no": REJECTED,
    "排除": REJECTED,
    "否": REJECTED,
}
_MATCH_COLUMNS = (
    "customer_id",
    "customer_name",
    "list_entry",
    "listed_name",
    "by_alias",
    "program",
    "countries",
    "score",
    "by_tokens",
    "by_letters",
    "by_consonants",
    "kind",
    "birth",
    "why",
    "decision",
    "decided_by",
    "decided_on",
)
_ASSESSMENT_COLUMNS = ("customer_id", "item", "value", "assessed_on", "assessor", "role")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOTICE = Text(
    "To be confirmed by your compliance team: a candidate is not a match, and no candidate is not"
    " a clearance.",
    "须经本单位合规部门确认：候选不等于命中，没有候选也不等于排除。",
)


def write_screening(
    folder: Path,
    language: Language,
    customers: Sequence[Screened],
    matches: Sequence[Match],
    watchlist: Watchlist,
    record: Mapping[str, Any],
) -> None:
    """Write the files of one screening into an existing folder.

    Args:
        folder: The folder.
        language: The language of the explanations.
        customers: Who was screened.
        matches: The candidates.
        watchlist: The list.
        record: What is known of the screening: list, date, source, threshold and so on.

    Raises:
        OSError: A file cannot be written.
    """
    _write(folder / MATCHES, _MATCH_COLUMNS, (_match_row(match, language) for match in matches))
    found = {match.customer.customer for match in matches}
    on, told = record["screened_on"], f"{record['source']}, {record['dated']}"
    _write(
        folder / ASSESSMENTS,
        _ASSESSMENT_COLUMNS,
        (
            (
                one.customer,
                SCREENED_ITEM,
                CANDIDATE if one.customer in found else CLEAR,
                on,
                told,
                "screening",
            )
            for one in customers
        ),
    )
    write_broken(folder / BROKEN, watchlist, language)
    write_json(folder / SCREENING_FILE, {**record, "notice": NOTICE.as_dict()})


def require_unjudged(folder: Path) -> None:
    """Refuse to replace candidates that a person has begun to judge.

    Raises:
        CallError: A row of `matches.csv` has a decision.
    """
    path = folder / MATCHES
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        if any((row.get("decision") or "").strip() for row in csv.DictReader(file)):
            raise CallError(
                Text("the candidates there have been judged", "其中的候选已有判定"),
                where=str(path),
                mend=Text(
                    "Choose another --out, so that no judgement is lost.",
                    "请换一个 --out，以免丢失判定。",
                ),
            )


def write_broken(path: Path, watchlist: Watchlist, language: Language) -> None:
    """Write the rows of a list that could not be used; nothing when there are none."""
    if watchlist.broken:
        rows = (
            (b.file, b.row, b.reason.in_language(language), b.content) for b in watchlist.broken
        )
        _write(path, ("file", "row", "reason", "content"), rows)


def write_assessments(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    """Write rows of assessments as CSV, ready for `kefen import assessments`."""
    _write(path, _ASSESSMENT_COLUMNS, rows)


def checksum(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of files, so that a record says which list it was."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def judged_rows(path: Path) -> tuple[list[tuple[object, ...]], int]:
    """Return assessments from candidates that a person has judged, and how many are left open.

    A customer with a confirmed candidate is confirmed; one whose candidates are all rejected is
    rejected; one with open candidates and none confirmed gets no row.

    Raises:
        DataError: Columns are missing, or a decision is not understood, is by nobody or undated.
    """
    from kefen.lake.reading.encodings import find_encoding

    open_count = 0
    judged: dict[str, list[tuple[str, str, str] | None]] = {}
    with path.open(encoding=find_encoding(path), newline="") as file:
        reader = csv.DictReader(file)
        missing = {"customer_id", "decision", "decided_by", "decided_on"} - set(
            reader.fieldnames or ()
        )
        if missing:
            raise _unusable(
                path,
                Text("columns are missing: {c}", "缺少列：{c}").filled(
                    c=", ".join(sorted(missing))
                ),
            )
        for number, row in enumerate(reader, start=2):
            said = (row["decision"] or "").strip()
            customer = (row["customer_id"] or "").removeprefix("'").strip()
            if not said:
                open_count += 1
                judged.setdefault(customer, []).append(None)
                continue
            judged.setdefault(customer, []).append(_judgement(path, number, row, said))
    rows: list[tuple[object, ...]] = []
    for customer, decisions in judged.items():
        known = [decision for decision in decisions if decision is not None]
        confirmed = [decision for decision in known if decision[0] == CONFIRMED]
        if confirmed or len(known) == len(decisions):
            value, by, on = max(confirmed or known, key=lambda decision: decision[2])
            rows.append((customer, MATCH_ITEM, value, on, by, JUDGED_BY))
    return rows, open_count


def _judgement(
    path: Path, number: int, row: Mapping[str, str | None], said: str
) -> tuple[str, str, str]:
    value = _DECISIONS.get(said.lower())
    if value is None:
        raise _unusable(
            path,
            Text(
                "row {r}: the decision “{d}” is not understood", "第 {r} 行：无法理解的结论“{d}”"
            ).filled(r=number, d=said),
        )
    by, on = (row["decided_by"] or "").strip(), (row["decided_on"] or "").strip()
    try:
        date.fromisoformat(on)
    except ValueError:
        by = ""
    if not by:
        raise _unusable(
            path,
            Text(
                "row {r}: a decision needs who decided and on which day (2026-05-31)",
                "第 {r} 行：结论须写明判定人与日期（如 2026-05-31）",
            ).filled(r=number),
        )
    return value, by, on


def _unusable(path: Path, what: Text) -> DataError:
    return DataError(
        what,
        where=str(path),
        mend=Text(
            "Fill in decision (confirmed or rejected), decided_by and decided_on of matches.csv.",
            "请填写 matches.csv 的 decision（确认或排除）、decided_by 与 decided_on。",
        ),
    )


def _match_row(match: Match, language: Language) -> tuple[object, ...]:
    found = match.comparison
    return (
        match.customer.customer,
        match.name,
        match.entry.id,
        match.listed,
        "yes" if match.by_alias else "no",
        match.entry.program or "",
        "; ".join(match.entry.countries),
        match.score,
        found.by_tokens,
        found.by_letters,
        found.by_consonants,
        match.kind,
        match.birth,
        match.words.in_language(language),
        "",
        "",
        "",
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_safe(cell) for cell in row] for row in rows)


def _safe(cell: object) -> object:
    """Put text that a spreadsheet would take for a formula behind an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
