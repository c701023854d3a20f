"""What people say of grades: overrides given and ended, in a log that only grows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.book.record_log import RecordLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kefen.lake.book.guard import Guard

OverrideKind: TypeAlias = Literal["pin", "floor", "cap", "lift"]
OVERRIDE_KINDS: tuple[OverrideKind, ...] = ("pin", "floor", "cap", "lift")


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision about the grade that a customer holds.

    Attributes:
        id: Its id in the book, such as `o7`.
        at: When it was recorded, with the zone UTC.
        given_on: The day on which it was decided: no run as of an earlier day knows it.
        customer: The customer's id.
        standard: The code of the standard.
        scheme: The scheme.
        kind: `pin`: this grade; `floor`: at least; `cap`: at most; `lift`: up to the computed one.
        grade: The grade's code; None for a lift.
        reason: Why.
        author: Who gave it.
        approver: Who approved it, or None.
        first: The first day on which it holds.
        last: The last day on which it holds; None for a lift, which is done once.
        computed: The computed grade when it was given, as far as the book knew it.
        ended_on: The day on which it was ended before its time, or None.
        ended_by: Who ended it, or None.
        end_reason: Why, or None.
    """

    id: str
    at: datetime
    given_on: date
    customer: str
    standard: str
    scheme: str
    kind: OverrideKind
    grade: str | None
    reason: str
    author: str
    approver: str | None
    first: date
    last: date | None
    computed: str | None
    ended_on: date | None = None
    ended_by: str | None = None
    end_reason: str | None = None

    def known(self, as_of: date) -> bool:
        """Return whether it had been given by the end of a day."""
        return self.given_on <= as_of

    def holds(self, as_of: date) -> bool:
        """Return whether it holds on a day, by what was known on it."""
        ended = self.ended_on is not None and self.ended_on <= as_of
        begun = self.known(as_of) and self.first <= as_of
        return begun and not ended and (self.last is None or as_of <= self.last)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        days = {"given_on": self.given_on, "first": self.first, "last": self.last}
        days["ended_on"] = self.ended_on
        return {
            "override": self.id,
            "at": self.at.isoformat(timespec="seconds"),
            "customer_id": self.customer,
            "standard": self.standard,
            "scheme": self.scheme,
            "kind": self.kind,
            "grade": self.grade,
            "reason": self.reason,
            "author": self.author,
            "approver": self.approver,
            "computed": self.computed,
            "ended_by": self.ended_by,
            "end_reason": self.end_reason,
            **{name: None if day is None else day.isoformat() for name, day in days.items()},
        }


class OverrideList:
    """The overrides of one book. What was recorded is never changed: an end is a record too.

    Args:
        lake: The directory of the tables.
        guard: The lock of the book.
    """

    def __init__(self, lake: Path, guard: Guard) -> None:
        self.log = RecordLog(lake / "overrides")
        self._guard = guard

    def give(self, override: Override) -> Override:
        """Record an override under the next free id, and return it.

        Raises:
            BookError: The book is in use, or the log cannot be written; it is as it was.
        """
        with self._guard.hold("override"):
            given = replace(override, id=f"o{len(self.all()) + 1}")
            self.log.append(given.id, {"record": "given", **given.as_dict()})
            self.log.compact()
            return given

    def end(self, identifier: str, *, on: date, by: str, reason: str) -> Override:
        """Record the end of an override before its time, and return it.

        Args:
            identifier: Its id.
            on: The day from which it holds no more.
            by: Who ends it.
            reason: Why.

        Raises:
            CallError: There is no such override, or it has ended.
            BookError: The book is in use, or the log cannot be written; it is as it was.
        """
        with self._guard.hold("override"):
            found = override_called(self.all(), identifier)
            if found.ended_on is not None:
                raise CallError(
                    Text("the override {o} has ended on {d}", "调级 {o} 已于 {d} 终止").filled(
                        o=identifier, d=found.ended_on
                    ),
                    mend=Text("Nothing is left to end.", "无需再次终止。"),
                )
            record = {
                "record": "ended",
                "override": identifier,
                "on": on.isoformat(),
                "by": by,
                "reason": reason,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            self.log.append(f"{identifier}-end", record)
            self.log.compact()
            return override_called(self.all(), identifier)

    def all(self) -> list[Override]:
        """Return every override, in the order they were given.

        Raises:
            BookError: The log cannot be read.
        """
        records = self.log.records()
        ends = {record["override"]: record for record in records if record["record"] == "ended"}
        given = (record for record in records if record["record"] == "given")
        return [override_from(record, ends.get(record["override"])) for record in given]


def override_called(overrides: Iterable[Override], identifier: str) -> Override:
    """Return the override of an id.

    Raises:
        CallError: There is none.
    """
    for override in overrides:
        if override.id == identifier:
            return override
    raise CallError(
        Text("the book has no override {o}", "账套中没有调级 {o}").filled(o=identifier),
        mend=Text("List them: kefen overrides.", "请查看列表：kefen overrides。"),
    )


def holding(
    overrides: Iterable[Override], standard: str, as_of: date, before: date | None
) -> tuple[Override, ...]:
    """Return the overrides that a run applies: of several of one kind the one given last.

    Args:
        overrides: In the order they were given.
        standard: The code of the run's standard.
        as_of: Its as-of date.
        before: The as-of date of the run before: lifts given by then are done; None: none is.
    """
    found: dict[tuple[str, str, OverrideKind], Override] = {}
    for override in overrides:
        if override.standard != standard or not override.holds(as_of):
            continue
        if override.kind == "lift" and before is not None and override.first <= before:
            continue
        found[override.customer, override.scheme, override.kind] = override
    return tuple(found.values())


def override_from(record: Mapping[str, Any], end: Mapping[str, Any] | None = None) -> Override:
    """Return an override from its JSON values, and from those of its end, if it was ended."""
    return Override(
        id=str(record["override"]),
        at=datetime.fromisoformat(record["at"]),
        given_on=date.fromisoformat(record["given_on"]),
        customer=str(record["customer_id"]),
        standard=str(record["standard"]),
        scheme=str(record["scheme"]),
        kind=record["kind"],
        grade=record["grade"],
        reason=str(record["reason"]),
        author=str(record["author"]),
        approver=record["approver"],
        first=date.fromisoformat(record["first"]),
        last=date.fromisoformat(record["last"]) if record["last"] else None,
        computed=record["computed"],
        ended_on=date.fromisoformat(end["on"]) if end else None,
        ended_by=end["by"] if end else None,
        end_reason=end["reason"] if end else None,
    )
