"""Customers compared with a list of names: candidates for a person to judge, never grades.

A candidate says which name of the customer is like which name or alias of the list, how alike, what
differed, and whether kind and date of birth agree. What a person decides becomes `assessments`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.methods.screening import NameIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from kefen.lake.watchlist import ListEntry, Watchlist
    from kefen.methods.screening import Comparison

DEFAULT_THRESHOLD = 85.0
DIFFERS_COSTS = 10.0
"""What a different kind, and a different date of birth, each take from a score."""
AGREES, DIFFERS, UNKNOWN = "agrees", "differs", "unknown"
WORDS = {
    AGREES: Text("agrees", "一致"),
    DIFFERS: Text("differs", "不一致"),
    UNKNOWN: Text("not known", "未知"),
}


@dataclass(frozen=True, slots=True)
class Screened:
    """A customer as it is screened.

    Attributes:
        customer: Its id.
        names: Its name and further names; the first is the one it goes by.
        kind: `person` or `company`, or None.
        born: Its date of birth, or None.
    """

    customer: str
    names: tuple[str, ...]
    kind: str | None = None
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A customer and an entry of the list that may be the same.

    Attributes:
        customer: The customer.
        name: Which of its names.
        entry: The entry of the list.
        listed: Which of the entry's names.
        by_alias: Whether that is an alias.
        comparison: How alike the names are, and why.
        kind: Whether the kind agrees, differs or is not known.
        birth: Whether the date of birth agrees, differs or is not known.
        score: The names' score less what differs.
    """

    customer: Screened
    name: str
    entry: ListEntry
    listed: str
    by_alias: bool
    comparison: Comparison
    kind: str
    birth: str
    score: float

    @property
    def words(self) -> Text:
        """Return why it is a candidate, in a sentence."""
        found = self.comparison
        pairs = [f"{p.ours} = {p.listed}" for p in found.pairs if p.ours != p.listed]
        said = Text(
            "“{o}” is like the {w} “{l}”: {s} (tokens {t}, letters {c}{k})",
            "“{o}”与{w}“{l}”相似：{s}（按词 {t}，按字母 {c}{k}）",
        ).filled(
            o=self.name,
            w=Text("alias", "别名") if self.by_alias else Text("name", "名称"),
            l=self.listed,
            s=self.score,
            t=found.by_tokens,
            c=found.by_letters,
            k=Text("", "")
            if not found.by_consonants
            else Text(", consonants {b}", "，按辅音 {b}").filled(b=found.by_consonants),
        )
        for label, parts in (
            (Text("taken for each other: {p}", "视为相同：{p}"), pairs),
            (Text("only with us: {p}", "仅我方有：{p}"), list(found.only_ours)),
            (Text("only on the list: {p}", "仅名单有：{p}"), list(found.only_listed)),
        ):
            if parts and found.score == found.by_tokens:
                said = Text("{a}; {b}", "{a}；{b}").filled(
                    a=said, b=label.filled(p=", ".join(parts))
                )
        for label, state in (
            (Text("kind {s}", "性质{s}"), self.kind),
            (Text("date of birth {s}", "出生日期{s}"), self.birth),
        ):
            if state != UNKNOWN:
                said = Text("{a}; {b}", "{a}；{b}").filled(a=said, b=label.filled(s=WORDS[state]))
        return said


def screen(
    customers: Sequence[Screened],
    watchlist: Watchlist,
    *,
    threshold: float = DEFAULT_THRESHOLD,
    on_part: Callable[[int], None] | None = None,
) -> tuple[Match, ...]:
    """Compare customers with a list, each customer with each entry at most once: the best.

    Args:
        customers: The customers.
        watchlist: The list.
        threshold: The lowest score of a candidate, 70 to 100.
        on_part: Called with the number of names that are done, from time to time.

    Returns:
        The candidates, by customer as given, the best first.
    """
    listed = [
        (entry, name, place > 0)
        for entry in watchlist.entries
        for place, name in enumerate((entry.name, *entry.aliases))
    ]
    index = NameIndex(threshold).fit([name for _, name, _ in listed])
    ours = [(place, name) for place, one in enumerate(customers) for name in one.names]
    best: dict[tuple[int, str], Match] = {}
    for found in index.candidates([name for _, name in ours], on_part):
        place, name = ours[found.ours]
        entry, listed_name, by_alias = listed[found.listed]
        match = _match(customers[place], name, entry, listed_name, by_alias, found.comparison)
        key = (place, entry.id)
        if match.score >= threshold and (key not in best or best[key].score < match.score):
            best[key] = match
    order = sorted(best.items(), key=lambda item: (item[0][0], -item[1].score, item[0][1]))
    return tuple(match for _, match in order)


def _match(
    customer: Screened,
    name: str,
    entry: ListEntry,
    listed: str,
    by_alias: bool,
    comparison: Comparison,
) -> Match:
    kind = _agreement(customer.kind, (entry.kind,) if entry.kind else ())
    birth = _birth_agreement(customer.born, entry.born)
    cost = DIFFERS_COSTS * ((kind == DIFFERS) + (birth == DIFFERS))
    score = round(max(0.0, comparison.score - cost), 1)
    return Match(customer, name, entry, listed, by_alias, comparison, kind, birth, score)


def _agreement(ours: str | None, listed: Iterable[str]) -> str:
    known = tuple(listed)
    if ours is None or not known:
        return UNKNOWN
    return AGREES if ours in known else DIFFERS


def _birth_agreement(ours: date | None, listed: Sequence[str]) -> str:
    if ours is None or not listed:
        return UNKNOWN
    day, year = ours.isoformat(), str(ours.year)
    return AGREES if day in listed or year in listed else DIFFERS
