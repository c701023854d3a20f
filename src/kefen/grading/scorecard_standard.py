"""A fitted scorecard as a standard: bands and whole points that explain like any other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.contract import TABLES, Kind
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.methods.scorecard import Bin, Characteristic, Column, Discrimination, Scorecard

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_GRADES = ("A", "B", "C", "D", "E")
_ADVICE = {
    "A": Text("Accept.", "接受。"),
    "B": Text("Accept.", "接受。"),
    "C": Text("Accept within a limit.", "限额内接受。"),
    "D": Text("Look closer.", "进一步审查。"),
    "E": Text("Decline, or ask for security.", "拒绝，或要求担保。"),
}
_PLACES = 4


def standard_of(
    card: Scorecard,
    columns: Mapping[str, Column],
    bad: Column,
    judged: Discrimination,
    *,
    name: str,
    source: str,
) -> str:
    """Return a scorecard as the document of a standard.

    The columns become further columns of customers; each bin is a band with its whole points.
    Grades A to E are the fifths of the history's scores, written out as lines, each with its share
    of bad cases.

    Args:
        card: The fitted scorecard.
        columns: The history.
        bad: 1 for its bad cases.
        judged: How it does out of fold.
        name: The standard's code.
        source: The history's file name.

    Raises:
        CallError: A column cannot be named in a standard.
    """
    metrics, indicators = [], []
    for one in card.characteristics_:
        if not _NAME.fullmatch(one.name):
            raise CallError(
                Text(
                    "the column “{c}” cannot be named in a standard", "列“{c}”不能写入标准"
                ).filled(c=one.name),
                mend=Text(
                    "Rename it with letters, digits and _, beginning with a letter.",
                    "请改用字母、数字和下划线命名，以字母开头。",
                ),
            )
        title = json.dumps(one.name.replace("_", " "))
        metrics.append(
            f"  {one.name}: {{name: {{en: {title}, zh: {title}}}, value: {_value(one)},"
            f" unit: {'points' if one.numeric else 'text'}}}"
        )
        indicators.append(f"      # information value {one.information:.6f}")
        indicators.append(f"      {one.name}:")
        indicators.append("        bands:")
        indicators += [
            f"          - {json.dumps(line, ensure_ascii=False)}" for line in _bands(one)
        ]
    figures = f"AUC {judged.area:.4f}, KS {judged.distance:.4f}, Gini {judged.gini:.4f}"
    scale = f"{card.base_score} points are odds of {card.base_odds:g} good to 1 bad"
    lines, shares = _lines(card.score(columns), np.asarray(bad))
    grades = []
    for code, line in zip(_GRADES, lines, strict=True):
        good, worse = shares[code]
        told = _ADVICE[code]
        en = f"{told.en} In the history {worse} of {good + worse} were bad."
        zh = f"{told.zh}历史样本 {good + worse} 个中有 {worse} 个坏样本。"
        grades.append(f"      {code}: {{when: {line}, advice: {{en: {en!r}, zh: {zh!r}}}}}")
    return "\n".join(
        [
            f"# Written by kefen scorecard from {source}: {len(bad)} cases, {int(sum(bad))} bad.",
            f"# Out of fold: {figures}.",
            f"# {scale}; {card.points_to_double} points double them.",
            "# Each column is a further column of customers. A text that the history does not have",
            "# earns 0 points: it says neither good nor bad.",
            f"standard: {name}",
            "version: 1",
            "name: {en: Scorecard, zh: 评分卡}",
            "description:",
            "  en: Points fitted on labelled history, by weights of evidence and a regression.",
            "  zh: 据已标注的历史，以证据权重与逻辑回归拟合的分值。",
            "metrics:",
            *metrics,
            "schemes:",
            "  scorecard:",
            "    name: {en: Scorecard, zh: 评分卡}",
            '    question: {en: "How likely is it to go well?", zh: 履约的可能性有多大？}',
            "    rationale:",
            "      en: The sum of whole points, more for better odds; grades are fifths of it.",
            "      zh: 各项整数分值之和，分值越高越可能履约；等级为历史样本的五等分。",
            f"    start: {card.start_}",
            "    indicators:",
            *indicators,
            "    grade_by: score",
            "    grades:",
            *grades,
            "",
        ]
    )


def _value(one: Characteristic) -> str:
    column = next((c for c in TABLES["customers"].columns if c.name == one.name), None)
    typed = column is not None and column.kind in (Kind.INTEGER, Kind.MONEY, Kind.NUMBER)
    if one.numeric and not typed:
        return f"number(customers.{one.name})"
    return f"customers.{one.name}"


def _bands(one: Characteristic) -> list[str]:
    found = []
    missing = next(b for b in one.bins if b.missing)
    for each in one.bins:
        if each.missing:
            continue
        found.append(f"{_condition(one, each)}: {each.points}")
    if not one.numeric:
        found.append("else: 0")
    return [*found, f"unknown: {missing.points}"]


def _condition(one: Characteristic, each: Bin) -> str:
    if not one.numeric:
        words = ", ".join("'" + word.replace("'", "''") + "'" for word in each.words)
        return f"in ({words})" if len(each.words) > 1 else f"= {words}"
    if each.below is None:
        return "else"
    return f"< {round(each.below, _PLACES):.{_PLACES}f}".rstrip("0").rstrip(".")


def _lines(scores: Column, bad: Column) -> tuple[tuple[str, ...], dict[str, tuple[int, int]]]:
    """Return each grade's line, fifths from the best, and its (good, bad) cases."""
    ordered = np.sort(scores)
    cuts = [int(ordered[-(-len(ordered) * part // 5) - 1]) + 1 for part in (4, 3, 2, 1)]
    for place in range(1, len(cuts)):
        cuts[place] = min(cuts[place], cuts[place - 1] - 1)
    lines = (*(f'">= {cut}"' for cut in cuts), "else")
    shares = {}
    upper = None
    for code, cut in zip(_GRADES, [*cuts, None], strict=True):
        own = np.ones(len(scores), dtype=bool)
        if cut is not None:
            own &= scores >= cut
        if upper is not None:
            own &= scores < upper
        worse = int(bad[own].sum())
        shares[code] = (int(own.sum()) - worse, worse)
        upper = cut
    return lines, shares
