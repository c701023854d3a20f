"""The grade a customer holds in words: which one, instead of which, until when, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.standards.decision_words import grade_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.standards.model import Scheme

REASONS: dict[str, Text] = {
    "calendar": Text("grades move on set days only", "未到调级日"),
    "keeps": Text("minimum stay", "保级期内"),
    "to_stay": Text("the line to stay is met", "达到保级线"),
    "to_rise": Text("the line to rise decides", "按升级线"),
    "rule": Text("a rule of movement", "升降级规则"),
    "override": Text("a person's decision", "人工调级"),
    "by_hand": Text("rises are given by a person", "升级须由人工提出"),
    "rise_when": Text("the condition to rise does not hold", "未满足升级条件"),
    "rise_after": Text("a rise waits", "升级需等待"),
    "rise_once_in": Text("it rose not long ago", "距上次升级未满间隔"),
    "rise_steps": Text("rises go step by step", "逐级上升"),
    "fall_when": Text("the condition to fall does not hold", "未满足降级条件"),
    "fall_after": Text("a fall waits", "降级缓冲期"),
    "fall_once_in": Text("it fell not long ago", "距上次降级未满间隔"),
    "fall_steps": Text("falls go step by step", "逐级下降"),
}
"""Why the grade a customer holds is not the computed one, by code."""


@dataclass(frozen=True, slots=True)
class HeldGrade:
    """The grade that a customer holds under a scheme.

    Attributes:
        computed: The computed grade's code, or None.
        grade: The code of the grade it holds, or None.
        hold: Why they differ, a code of `REASONS`; None where they do not.
        by: The rule or the override behind it, or None.
        held_until: The day on which that ends, or None.
        since: Since when it holds the grade, or None without one.
        apart_since: Since when an override has kept it from what the rules give, or None.
        kept_until: The day until which its grade cannot fall by rule, if that is to come, or None.
    """

    computed: str | None
    grade: str | None
    hold: str | None
    by: str | None
    held_until: date | None
    since: date | None
    apart_since: date | None = None
    kept_until: date | None = None

    def still_kept(self, day: date) -> HeldGrade:
        """Return it without a minimum stay that is over on a day."""
        over = self.kept_until is not None and self.kept_until <= day
        return replace(self, kept_until=None) if over else self

    def in_words(self, scheme: Scheme) -> Text:
        """Return it in a sentence: `would be B, held at A until 2026-03-31: minimum stay`.

        "Until" names the last day, as it does wherever people read or write it.
        """
        since = self.since.isoformat() if self.since is not None else "-"
        if self.hold is None:
            if self.grade is None:
                return Text("Holds no grade.", "目前无等级。")
            if self.kept_until is not None:
                return Text(
                    "Holds {g} since {d}; it is kept until {u}.",
                    "自 {d} 起为{g}，保留至 {u}。",
                ).filled(g=grade_in_words(scheme, self.grade), d=since, u=last_day(self.kept_until))
            return Text("Holds {g} since {d}.", "自 {d} 起为{g}。").filled(
                g=grade_in_words(scheme, self.grade), d=since
            )
        held = {
            "c": grade_in_words(scheme, self.computed),
            "g": grade_in_words(scheme, self.grade),
            "w": self._reason(scheme),
            "d": since,
        }
        if self.held_until is None:
            return Text(
                "Would be {c}, held at {g} since {d}: {w}.",
                "按数据应为{c}，自 {d} 起保持{g}：{w}。",
            ).filled(**held)
        return Text(
            "Would be {c}, held at {g} until {u}: {w}.",
            "按数据应为{c}，保持{g}至 {u}：{w}。",
        ).filled(**held, u=last_day(self.held_until))

    def _reason(self, scheme: Scheme) -> Text:
        named = named_reason(scheme, str(self.hold), self.by)
        if self.hold == "override" and self.by is not None:
            return Text("{r} ({o})", "{r}（{o}）").filled(r=named, o=self.by)
        return named

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "computed": self.computed,
            "grade": self.grade,
            "hold": self.hold,
            "by": self.by,
            "held_until": self.held_until.isoformat() if self.held_until else None,
            "since": self.since.isoformat() if self.since else None,
            "kept_until": self.kept_until.isoformat() if self.kept_until else None,
        }


def last_day(ended: date) -> date:
    """Return the last day of what has ended on a day."""
    return ended - timedelta(days=1)


def named_reason(scheme: Scheme, hold: str, rule: str | None) -> Text:
    """Return why a grade is held; a rule of movement by its name."""
    if hold == "rule" and scheme.movement is not None:
        found = next((own.name for own in scheme.movement.rules if own.id == rule), None)
        if found is not None:
            return found
    return REASONS[hold]


def held_in_words(scheme: Scheme, said: Mapping[str, Any]) -> Iterator[Text]:
    """Yield what `run.json` says of the grades held under a scheme, in a line each.

    Args:
        scheme: The scheme.
        said: Its entry under `served`.
    """
    held = said["held"]
    if not held:
        yield Text(
            "Every customer holds the grade that was computed.", "所有客户的等级与计算结果一致。"
        )
        return
    yield Text(
        "{n} {n:customer holds|customers hold} another grade than computed:",
        "{n} 位客户的现行等级与计算结果不同：",
    ).filled(n=sum(one["customers"] for one in held))
    for one in held:
        yield Text("{n}: {r}", "{n} 位：{r}").filled(
            n=one["customers"], r=named_reason(scheme, one["hold"], one["rule"])
        )


def grade_in_words(scheme: Scheme, grade: str | None) -> Text:
    """Return the name of a grade, or that there is none."""
    return grade_name(scheme, grade) if grade is not None else Text("without a grade", "无等级")
