"""One difference between two standards as a sentence, and how such sentences are made."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from kefen.domain.text import Text
from kefen.standards.model import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ChangeKind: TypeAlias = Literal["added", "removed", "changed", "worded"]
Named = TypeVar("Named")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        kind: `added`, `removed`, `changed`; `worded` where only what people read differs.
        part: What it is about, such as `schemes.rating.grades.A`.
        sentence: The difference in words.
    """

    kind: ChangeKind
    part: str
    sentence: Text


def named_changes(
    part: str,
    kind: Text,
    old: Mapping[str, Named],
    new: Mapping[str, Named],
    *,
    name: Callable[[Named], Text],
    words: Callable[[Named], Text],
    within: Callable[[Named, Named], Iterator[Change]] | None = None,
) -> Iterator[Change]:
    """Yield what differs between the things of one kind, by their ids."""
    for identifier, one in old.items():
        if identifier not in new:
            yield Change(
                "removed",
                f"{part}.{identifier}",
                Text("the {k} “{n}” is gone.", "{k}“{n}”已取消。").filled(k=kind, n=name(one)),
            )
    for identifier, one in new.items():
        where = f"{part}.{identifier}"
        if identifier not in old:
            said = words(one)
            sentence = Text("new {k} “{n}”: {w}.", "新增{k}“{n}”：{w}。")
            if not said.en:
                sentence = Text("new {k} “{n}”.", "新增{k}“{n}”。")
            yield Change("added", where, sentence.filled(k=kind, n=name(one), w=said))
            continue
        before = old[identifier]
        what = Text("{k} “{n}”", "{k}“{n}”").filled(k=kind, n=name(one))
        yield from worded(
            where,
            Text("{k} “{i}”", "{k}“{i}”").filled(k=kind, i=identifier),
            name(before),
            name(one),
        )
        if within is not None:
            found = list(within(before, one))
        else:
            found = list(changed(where, what, words(before), words(one)))
        yield from found
        if not found and meaning(before) != meaning(one):
            yield unsaid(where, kind, name(one))


def from_to(part: str, what: Text, was: Text, now: Text) -> Iterator[Change]:
    """Yield that a plain value differs."""
    if was != now:
        sentence = Text("{w}: from {a} to {b}.", "{w}：由{a}改为{b}。")
        yield Change("changed", part, sentence.filled(w=what, a=was, b=now))


def changed(part: str, what: Text, was: Text, now: Text) -> Iterator[Change]:
    """Yield that what is said of a part differs."""
    if was != now:
        sentence = Text("{w}: from “{a}” to “{b}”.", "{w}：由“{a}”改为“{b}”。")
        yield Change("changed", part, sentence.filled(w=what, a=was, b=now))


def worded(part: str, what: Text, was: Text, now: Text) -> Iterator[Change]:
    """Yield that a part is called otherwise."""
    if was != now:
        sentence = Text("{w} is called “{b}”, before “{a}”.", "{w}的名称改为“{b}”，原为“{a}”。")
        yield Change("worded", part, sentence.filled(w=what, a=was, b=now))


def unsaid(part: str, kind: Text, name: Text) -> Change:
    """Return that a part differs in what its words do not show."""
    return Change(
        "changed",
        part,
        Text(
            "the {k} “{n}” differs in a detail that words do not show; compare the documents.",
            "{k}“{n}”有文字表述未体现的细节差异，请对照原文。",
        ).filled(k=Text(kind.en.lower(), kind.zh), n=name),
    )


def meaning(thing: Any) -> Any:
    """Return a thing without its places and wording, to be compared with another."""
    if isinstance(thing, Place | Text):
        return None
    if is_dataclass(thing):
        return (
            type(thing).__name__,
            *(
                meaning(getattr(thing, one.name))
                for one in fields(thing)
                if one.compare and one.name not in ("advice", "strategy", "tone")
            ),
        )
    if isinstance(thing, dict):
        return [(key, meaning(value)) for key, value in thing.items()]
    if isinstance(thing, list | tuple):
        return [meaning(one) for one in thing]
    return thing
