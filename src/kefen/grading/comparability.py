"""Whether two runs can be compared, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.grading.history import KeptRun

Weight: TypeAlias = Literal["refuses", "warns"]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why the grades of two runs do not mean the same.

    Attributes:
        code: `standards`, `standard_changed`, `calibration`, `coverage` or `same_run`.
        weight: Whether a comparison has no meaning (`refuses`), or has one once the reason is
            known (`warns`): moves are then split by their cause.
        reason: It in words.
    """

    code: str
    weight: Weight
    reason: Text


def comparable(before: KeptRun, after: KeptRun) -> tuple[Obstacle, ...]:
    """Return why the grades of two runs do not mean the same; empty where they do.

    Args:
        before: The earlier run.
        after: The later run.
    """
    found: list[Obstacle] = []
    if before.folder == after.folder:
        found.append(
            Obstacle(
                "same_run",
                "refuses",
                Text("It is one and the same run: {a}.", "两者是同一次运行：{a}。").filled(
                    a=before.run_id
                ),
            )
        )
        return tuple(found)
    if before.standard != after.standard:
        found.append(
            Obstacle(
                "standards",
                "refuses",
                Text(
                    "They are graded under different standards: {a} under {s}, {b} under {t}.",
                    "两次运行依据不同的标准：{a} 用 {s}，{b} 用 {t}。",
                ).filled(a=before.run_id, s=before.standard, b=after.run_id, t=after.standard),
            )
        )
    elif before.fingerprint != after.fingerprint:
        found.append(
            Obstacle(
                "standard_changed",
                "warns",
                Text(
                    "The standard {s} changed in meaning between them: version {v} in {a}, "
                    "version {w} in {b}.",
                    "标准 {s} 的含义在两次运行之间有变：{a} 用第 {v} 版，{b} 用第 {w} 版。",
                ).filled(
                    s=after.standard,
                    v=before.version,
                    a=before.run_id,
                    w=after.version,
                    b=after.run_id,
                ),
            )
        )
    elif before.calibration_fingerprint != after.calibration_fingerprint:
        found.append(
            Obstacle(
                "calibration",
                "warns",
                Text(
                    "Their lines differ: both were learned as of {d}, on other data. A grade may "
                    "move because the others did.",
                    "两次运行的标定不同：标定日同为 {d}，但数据不同。"
                    "客户的等级可能因他人变化而变动。",
                ).filled(d=before.calibrated_on)
                if before.calibrated_on == after.calibrated_on
                else Text(
                    "Their lines differ: those of {a} were learned as of {d}, those of {b} as of "
                    "{e}. A grade may move because the others did.",
                    "两次运行的标定不同：{a} 的标定日为 {d}，{b} 为 {e}。"
                    "客户的等级可能因他人变化而变动。",
                ).filled(
                    a=before.run_id, d=before.calibrated_on, b=after.run_id, e=after.calibrated_on
                ),
            )
        )
    if before.months == after.months and before.covered != after.covered:
        found.append(
            Obstacle(
                "coverage",
                "warns",
                Text(
                    "Of the {m} months that count, {c} have orders in {a} and {d} in {b}.",
                    "统计期共 {m} 个月，其中有订单的月份：{a} 为 {c} 个月，{b} 为 {d} 个月。",
                ).filled(
                    m=after.months,
                    c=before.covered,
                    a=before.run_id,
                    d=after.covered,
                    b=after.run_id,
                ),
            )
        )
    return tuple(found)
