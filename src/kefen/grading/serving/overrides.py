"""Overrides in a run: which apply, and giving them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from kefen.compiler.movement_names import GIVEN
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.grading.history import current_runs, kept_runs
from kefen.grading.serving.before import RunBefore, served_before
from kefen.grading.serving.drift import base_of, computed_of
from kefen.grading.serving.serve import Serving
from kefen.lake.book.overrides import Override, holding
from kefen.standards.decision_words import for_grade

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kefen.grading.history import KeptRun
    from kefen.lake.book import Book
    from kefen.lake.book.overrides import OverrideKind
    from kefen.standards.model import Scheme, Standard

_ARROW = {ValueType.TEXT: pa.string(), ValueType.DATE: pa.date32()}
OVERRIDES_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("scheme", pa.string()),
        *((name, _ARROW[of_type]) for name, of_type in GIVEN.items()),
    ]
)
"""The columns of the overrides that serving reads."""


def overrides_table(overrides: Iterable[Override]) -> pa.Table | None:
    """Return overrides as serving reads them, one row a customer and scheme; None without any."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for own in overrides:
        row = rows.setdefault(
            (own.customer, own.scheme), {"customer_id": own.customer, "scheme": own.scheme}
        )
        if own.kind == "lift":
            row["lift_on"] = own.first
            continue
        row[own.kind], row[f"{own.kind}_id"] = own.grade, own.id
        # It holds through its last day, and on the next one the grade is judged without it.
        row[f"{own.kind}_until"] = own.last + timedelta(days=1) if own.last else None
    if not rows:
        return None
    return pa.Table.from_pylist(list(rows.values()), schema=OVERRIDES_SCHEMA)


def applying(
    book: Book | None, standard: Standard, as_of: date, before: date | None
) -> tuple[Override, ...]:
    """Return the overrides of a book that a run applies; none without a book.

    Args:
        book: The book, or None.
        standard: The run's standard.
        as_of: Its as-of date: an override given later is not known to it.
        before: The as-of date of the run before, or None.

    Raises:
        BookError: The log cannot be read.
    """
    if book is None:
        return ()
    return holding(book.overrides.all(), standard.id, as_of, before)


def serving_from(
    directory: Path | None, book: Book | None, standard: Standard, as_of: date
) -> Serving:
    """Return what the grades held in a run follow from.

    Args:
        directory: The results of the run before that the call names, or None.
        book: The book, whose last run before the date under the same standard is taken, and whose
            overrides apply; None without one.
        standard: The standard.
        as_of: The as-of date.

    Raises:
        CallError: There is no run in the directory.
        DataError: A file of it is damaged.
        BookError: The book cannot be read.
    """
    before = served_before(directory, book, standard, as_of)
    applied = applying(book, standard, as_of, before.as_of if before is not None else None)
    said = tuple(own.as_dict() for own in applied)
    return Serving(before, overrides_table(applied), said)


def serving_again(book: Book, record: Mapping[str, Any]) -> Serving:
    """Return what the grades held in a run of a book followed from, by its own record.

    Args:
        book: The book.
        record: The content of the run's `run.json`.

    Raises:
        CallError: The run before is not in the book.
        BookError: The book cannot be read.
        DataError: A file of the run before is damaged.
    """
    source = record.get("served_from")
    before = None
    if source is not None:
        before = RunBefore.load(book.runs.directory(str(source["run"])), str(source["run"]))
    ids = {str(own["override"]) for own in record.get("overrides", ())}
    applied = [own for own in book.overrides.all() if own.id in ids]
    told = tuple(dict(own) for own in record.get("overrides", ()))
    return Serving(before, overrides_table(applied), told)


def serves_alike(book: Book, record: Mapping[str, Any], standard: Standard, as_of: date) -> bool:
    """Return whether the grades held in a run of a book follow from what they would now.

    Args:
        book: The book.
        record: The content of the run's `run.json`.
        standard: The run's standard.
        as_of: Its as-of date.

    Returns:
        Whether the run before it and the overrides that apply are those that it was served by;
        True too where no grades are held.

    Raises:
        BookError: The book cannot be read.
        DataError: A file of the run before is damaged.
    """
    serving = serving_from(None, book, standard, as_of)
    told = [str(own["override"]) for own in record.get("overrides", ())]
    if sorted(told) != sorted(str(own["override"]) for own in serving.applied):
        return False
    before = serving.before.as_dict() if serving.before is not None else None
    return not record.get("served") or record.get("served_from") == before


def give_override(
    book: Book,
    standard: Standard,
    scheme: Scheme,
    customer: str,
    kind: OverrideKind,
    grade: str | None,
    *,
    reason: str,
    author: str,
    approver: str | None,
    first: date,
    last: date | None,
    given_on: date,
) -> Override:
    """Record an override in a book and return it.

    Args:
        book: The book.
        standard: The standard whose grade is overridden.
        scheme: The scheme.
        customer: The customer's id.
        kind: What it does.
        grade: The grade's code; None for a lift.
        reason: Why.
        author: Who gives it.
        approver: Who approves it: another person, and one that there is where the standard lists
            who approves the grade, or one of those that a lift may reach.
        first: The first day on which it holds.
        last: The last day on which it holds; None for a lift.
        given_on: The day on which it is decided.

    Raises:
        CallError: Something of it cannot be.
        BookError: The book is in use or cannot be written.
    """
    if not scheme.classes:
        raise CallError(
            Text(
                "the classes of {s} have no order, so that they are not overridden",
                "{s}的类别没有高低之分，不能人工调级",
            ).filled(s=scheme.name),
            mend=Text("Choose another scheme.", "请选择其他方案。"),
        )
    _check_words(reason, author)
    if last is not None and last < first:
        raise CallError(
            Text("the override ends before it begins", "调级的截止日早于起始日"),
            where="--until",
            mend=Text("Give a later day.", "请填写更晚的日期。"),
        )
    if kind != "lift":
        _check_approver(scheme, [grade], author, approver)
    run = _latest(book, standard.id)
    held = _held(run, scheme, customer) if run is not None else None
    # Before the first run under the standard, one under another knows who the customers are.
    asked = run or _latest(book)
    if asked is not None and held is None and not _knows(asked, customer):
        raise CallError(
            Text(
                "the last run, {r}, has no customer “{c}”", "最近一次评级 {r} 中没有客户“{c}”"
            ).filled(r=asked.run_id, c=customer),
            mend=Text("Check the id; kefen explain finds similar ones.", "请核对客户编号。"),
        )
    if kind == "lift":
        _check_lift(book, standard, scheme, customer, first, last)
        _check_approver(scheme, _lifted_to(run, scheme, customer), author, approver)
    override = Override(
        id="",
        at=datetime.now(UTC),
        given_on=given_on,
        customer=customer,
        standard=standard.id,
        scheme=scheme.id,
        kind=kind,
        grade=grade,
        reason=reason.strip(),
        author=author.strip(),
        approver=approver.strip() if approver else None,
        first=first,
        last=last,
        computed=held,
    )
    return book.overrides.give(override)


def _check_words(reason: str, author: str) -> None:
    for name, words in (("--reason", reason), ("--author", author)):
        if not words.strip():
            raise CallError(
                Text("an override says why, and who gives it", "调级须写明原因与提出人"),
                where=name,
                mend=Text("Write it out.", "请填写。"),
            )


def _check_approver(
    scheme: Scheme, grades: Iterable[str | None], author: str, approver: str | None
) -> None:
    """Refuse what nobody approved, where one of the grades that it may give is approved."""
    for grade in grades:
        roles: tuple[str, ...] = ()
        if scheme.control is not None and grade is not None:
            roles = for_grade(scheme.control.approval, grade) or ()
        if not roles or (approver or "").strip():
            continue
        raise CallError(
            Text("the standard has {g} approved by {r}", "标准规定 {g} 须由{r}审批").filled(
                g=grade, r=", ".join(roles)
            ),
            where="--approver",
            mend=Text("Name who approved it.", "请写明审批人。"),
        )
    if approver is not None and approver.strip().casefold() == author.strip().casefold():
        raise CallError(
            Text("nobody approves their own override", "提出人不能审批自己的调级"),
            where="--approver",
            mend=Text("Have another person approve it.", "请由另一人审批。"),
        )


def _lifted_to(run: KeptRun | None, scheme: Scheme, customer: str) -> list[str]:
    """Return the grades that a lift may reach, the nearest first: above the one held before."""
    rising = [one.id for one in reversed(scheme.grades) if one.reason is None]
    base = base_of(run, scheme.id, customer) if run is not None else None
    if base not in rising:
        return rising
    steps = scheme.movement.rise.steps if scheme.movement is not None else None
    return rising[rising.index(base) + 1 :][:steps]


def _check_lift(
    book: Book,
    standard: Standard,
    scheme: Scheme,
    customer: str,
    first: date,
    last: date | None,
) -> None:
    """Refuse a lift that the standard does not know, or one too soon after the one before."""
    if last is not None:
        raise CallError(
            Text("a lift is done once and has no last day", "提级一次完成，没有截止日"),
            where="--until",
            mend=Text(
                "Leave it out; --floor lifts up to a day.", "请去掉；若只到某日为止，请用 --floor。"
            ),
        )
    rise = scheme.movement.rise if scheme.movement is not None else None
    if rise is None or not rise.by_hand:
        raise CallError(
            Text(
                "{s} rises by itself, so that there is nothing to lift",
                "{s}自动升级，无需人工提出",
            ).filled(s=scheme.name),
            mend=Text(
                "Override it with --floor, or write “rise: {{by: hand}}” in the standard.",
                "请用 --floor 调级，或在标准中写“rise: {{by: hand}}”。",
            ).filled(),
        )
    lifts = [
        own.first
        for own in book.overrides.all()
        if (own.customer, own.standard, own.scheme, own.kind)
        == (customer, standard.id, scheme.id, "lift")
        and own.ended_on is None
    ]
    if rise.once_in is None or not lifts:
        return
    free = rise.once_in.end(max(lifts))
    if first < free:
        raise CallError(
            Text(
                "the customer was lifted on {d}, and again from {f} at the earliest",
                "该客户已于 {d} 提级，最早 {f} 方可再次提级",
            ).filled(d=max(lifts), f=free),
            where="--lift",
            mend=Text("Lift it then.", "请届时再提出。"),
        )


def _latest(book: Book, standard: str | None = None) -> KeptRun | None:
    runs = current_runs(kept_runs(book), standard)
    return runs[-1] if runs else None


def _held(run: KeptRun, scheme: Scheme, customer: str) -> str | None:
    return computed_of(run, [customer]).get((customer, scheme.id))


def _knows(run: KeptRun, customer: str) -> bool:
    return any(who == customer for who, _ in computed_of(run, [customer]))
