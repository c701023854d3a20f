"""Editions of one standard: documents with the same code, each with the days it is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from kefen.domain.errors import StandardError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.standards.library import Outline
    from kefen.standards.model import Standard


@dataclass(frozen=True, slots=True)
class Editions:
    """The documents that a name may mean.

    Attributes:
        name: The name as it was given.
        outlines: The editions, the earliest first.
        by_code: Whether the name is the code of a standard; otherwise it names one file, which is
            used whether or not it is in force.
    """

    name: str
    outlines: tuple[Outline, ...]
    by_code: bool

    @classmethod
    def of_code(cls, code: str, outlines: tuple[Outline, ...]) -> Editions:
        """Return the editions of a code.

        Raises:
            StandardError: Two of them are in force on the same day, or bear the same version.
        """
        ordered = tuple(sorted(outlines, key=lambda one: (one.valid_from or date.min, one.source)))
        if len(ordered) > 1:
            for one in ordered:
                if not one.readable:
                    one.load()  # says what is wrong with it
        for earlier, later in pairwise(ordered):
            _refuse_overlap(code, earlier, later)
        for index, one in enumerate(ordered):
            for other in ordered[:index]:
                _refuse_same_version(code, other, one)
        return cls(code, ordered, by_code=True)

    @property
    def newest(self) -> Outline:
        """Return the edition that begins last."""
        return self.outlines[-1]

    def on(self, day: date) -> Standard:
        """Return the edition in force on a day.

        Raises:
            StandardError: None is in force, or the one in force cannot be used.
        """
        if not self.by_code:
            return self.newest.load()
        for one in self.outlines:
            if one.is_in_force(day):
                return one.load()
        spans = [
            Text("{f} ({s})", "{f}（{s}）").filled(f=one.source, s=span_in_words(one))
            for one in self.outlines
        ]
        raise StandardError(
            Text(
                "No edition of the standard “{n}” is in force on {d}.",
                "标准“{n}”在 {d} 没有生效的版本。",
            ).filled(n=self.name, d=day.isoformat()),
            mend=Text(
                "Editions: {s}. To use one all the same, name its file.",
                "现有版本：{s}。仍要使用某一版时，请直接指定其文件。",
            ).filled(
                s=Text(", ".join(text.en for text in spans), "、".join(text.zh for text in spans))
            ),
        )


def span_in_words(edition: Outline | Standard) -> Text:
    """Return the days that an edition is in force, in words."""
    first, last = edition.valid_from, edition.valid_until
    if first is not None and last is not None:
        return Text("{a} to {b}", "{a} 至 {b}").filled(a=first.isoformat(), b=last.isoformat())
    if first is not None:
        return Text("from {a}", "{a} 起").filled(a=first.isoformat())
    if last is not None:
        return Text("until {b}", "至 {b}").filled(b=last.isoformat())
    return Text("without end", "不限期")


def not_in_force(standard: Standard, day: date) -> Text | None:
    """Return the note that a standard is not in force on a day; None when it is."""
    if standard.is_in_force(day):
        return None
    return Text(
        "“{n}”, version {v}, is in force {s}, not on {d}: it was applied because it was named.",
        "《{n}》第 {v} 版的有效期为 {s}，{d} 不在其内；因直接指定而使用。",
    ).filled(n=standard.name, v=standard.version, s=span_in_words(standard), d=day.isoformat())


def _refuse_overlap(code: str, earlier: Outline, later: Outline) -> None:
    begins = later.valid_from or date.min
    if earlier.valid_until is not None and earlier.valid_until < begins:
        return
    if later.valid_from is None:
        mend = Text(
            "Give each its “valid_from” and “valid_until”, or name the file you mean.",
            "请为每一版写明“valid_from”和“valid_until”，或直接指定文件。",
        )
    else:
        mend = Text(
            "End the earlier one with “valid_until: {d}”, or name the file you mean.",
            "请在较早的一版写“valid_until: {d}”，或直接指定文件。",
        ).filled(d=(later.valid_from - timedelta(days=1)).isoformat())
    what = Text(
        "Two editions of the standard “{n}” are in force at once: {a} ({s}) and {b} ({t}).",
        "标准“{n}”有两版同时生效：{a}（{s}）与 {b}（{t}）。",
    )
    raise StandardError(
        what.filled(
            n=code,
            a=earlier.source,
            s=span_in_words(earlier),
            b=later.source,
            t=span_in_words(later),
        ),
        where=str(later.path or later.source),
        mend=mend,
    )


def _refuse_same_version(code: str, one: Outline, other: Outline) -> None:
    if one.version is None or one.version != other.version:
        return
    raise StandardError(
        Text(
            "Two editions of the standard “{n}” are both version {v}: {a} and {b}.",
            "标准“{n}”有两版同为第 {v} 版：{a} 与 {b}。",
        ).filled(n=code, v=one.version, a=one.source, b=other.source),
        where=str(other.path or other.source),
        mend=Text("Raise “version” in the later one.", "请在较新的一版提高“version”。"),
    )
