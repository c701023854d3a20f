"""What the reference says of the default standard, region by region, in both languages."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kefen.compiler.metrics import STORED
from kefen.domain.text import Text
from kefen.standards.facts import date_column
from kefen.standards.model import FactMetric, Tiles
from kefen.standards.reader import bundled_standard
from kefen.standards.reasons import REASONS
from kefen.standards.service import service_in_words
from kefen.standards.words import standard_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.domain.text import Language
    from kefen.standards.model import Metric, Scheme

sys.path.append(str(Path(__file__).parent))
from page_tables import heads, table_lines

_STANDARD = bundled_standard()
_WORDS = standard_in_words(_STANDARD)
_UNITS = {
    "money": Text("money", "金额"),
    "count": Text("count", "个数"),
    "days": Text("days", "天"),
    "months": Text("months", "月"),
    "years": Text("years", "年"),
    "hours": Text("hours", "小时"),
    "per_month": Text("per month", "每月"),
    "per_year": Text("per year", "每年"),
    "share": Text("share (0.25 is 25 %)", "比率（0.25 即 25 %）"),
    "date": Text("date", "日期"),
    "text": Text("text", "文本"),
    "points": Text("points", "分"),
    "yes_no": Text("yes or no", "是或否"),
}


def identity(language: Language) -> Iterator[str]:
    """Yield its id, version and constants."""
    yield from table_lines(
        heads(language, Text("what", "项目"), Text("value", "取值")),
        (
            ("standard", f"`{_STANDARD.id}`"),
            ("version", str(_STANDARD.version)),
            ("fingerprint", f"`{_STANDARD.fingerprint}`"),
            ("window", f"`{_STANDARD.constants.window}`"),
            ("small_population", str(_STANDARD.constants.small_population)),
            ("coverage", f"{_STANDARD.constants.coverage}"),
        ),
    )


def metrics(language: Language) -> Iterator[str]:
    """Yield its metrics, one by one."""
    for metric, words in zip(_STANDARD.metrics.values(), _WORDS.metrics, strict=True):
        yield f"#### {metric.id}"
        yield ""
        name = metric.name.in_language(language)
        described = metric.description.in_language(language)
        yield f"**{name}**{Text(': ', '：').in_language(language)}{described}"
        yield ""
        yield from table_lines(
            heads(language, Text("what", "项目"), Text("value", "取值")),
            _metric_rows(metric, words.formula, words.window, language),
        )
        yield ""


def models(language: Language) -> Iterator[str]:
    """Yield its models, one by one."""
    for words in _WORDS.models:
        yield f"#### {words.id}"
        yield ""
        name, colon = words.name.in_language(language), Text(": ", "：").in_language(language)
        yield f"**{name}**{colon}{words.description.in_language(language)}"
        yield ""
        yield from table_lines(
            heads(language, Text("what", "项目"), Text("value", "取值")),
            (
                (
                    Text("as written", "定义").in_language(language),
                    _source_of(words.id),
                ),
                (
                    Text("method", "方法").in_language(language),
                    words.method.in_language(language),
                ),
                (
                    Text("fitted to", "拟合").in_language(language),
                    words.fitted.in_language(language),
                ),
            ),
        )
        yield ""


def _metric_rows(
    metric: Metric, formula: Text, window: Text | None, language: Language
) -> Iterator[tuple[str, str]]:
    source = _source_of(metric.id)
    yield Text("as written", "定义").in_language(language), source
    yield Text("in words", "文字表述").in_language(language), formula.in_language(language)
    if window is not None:
        yield Text("window", "窗口").in_language(language), window.in_language(language)
    unit = _UNITS[metric.unit].in_language(language)
    yield (
        Text("unit, stored as", "单位与存储类型").in_language(language),
        (f"{unit}, `{STORED[metric.type].replace(' ', '')}`"),
    )
    needs = ", ".join(f"`{name}`" for name in sorted(metric.columns))
    yield Text("needs", "所需数据").in_language(language), needs


def _source_of(identifier: str) -> str:
    """Return the lines of the standard that define a metric or a model, without its wording."""
    lines = _STANDARD.text.split("\n")
    start = next(i for i, line in enumerate(lines) if line == f"  {identifier}:")
    block = []
    for line in lines[start + 1 :]:
        if line and not line.startswith("    "):
            break
        block.append(line)
    kept, skipping, folded = [], False, False
    for line in block:
        key = re.match(r"    (\w+):(.*)", line)
        if key:
            skipping = key[1] in ("name", "description", "unit")
            folded = key[2].strip() == ">-"
            if not skipping:
                kept.append(f"{key[1]}:" if folded else f"{key[1]}:{key[2]}")
        elif line.strip() and not skipping and folded:
            kept[-1] += f" {line.strip()}"
        elif line.strip() and not skipping:
            kept.append(line[4:])
    return "<br>".join(f"`{line}`" for line in kept)


def schemes(language: Language) -> Iterator[str]:
    """Yield its schemes, one by one, with their grades."""
    for scheme, words in zip(_STANDARD.schemes.values(), _WORDS.schemes, strict=True):
        yield f"### {scheme.id}"
        yield ""
        title = scheme.name.in_language(language)
        yield f"**{title}**{Text('. ', '。').in_language(language)}" + words.question.in_language(
            language
        )
        yield ""
        yield words.rationale.in_language(language)
        yield ""
        graded = Text("Graded", "评级范围").in_language(language)
        yield f"- {graded}: {words.among.in_language(language)}"
        yield f"- {Text('Score', '得分').in_language(language)}: {_score(scheme, language)}"
        for point in words.points:
            yield f"- {point.in_language(language)}"
        yield ""
        if not words.grades:
            advice = scheme.advice.in_language(language) if scheme.advice else ""
            yield f"{Text('Advice', '建议').in_language(language)}: {advice}"
            yield ""
            continue
        yield from table_lines(
            heads(
                language,
                Text("grade", "等级"),
                Text("name", "名称"),
                Text("when", "条件"),
                Text("strategy", "策略"),
                Text("advice", "建议"),
            ),
            (
                (
                    f"`{grade.id}`",
                    grade.name.in_language(language),
                    grade.rule.in_language(language),
                    _strategy(scheme, grade.id, language),
                    grade.advice.in_language(language),
                )
                for grade in words.grades
            ),
        )
        yield ""
        yield from _services(scheme, language)


def _services(scheme: Scheme, language: Language) -> Iterator[str]:
    """Yield what each grade is entitled to, where a scheme says it."""
    mark = Text(", ", "；").in_language(language)
    for grade in scheme.classes:
        service = scheme.service.get(grade.id, scheme.service.get(None))
        if service is not None:
            said = mark.join(words.in_language(language) for _, words in service_in_words(service))
            yield f"- `{grade.id}`: {said}"
    if scheme.service:
        yield ""


_STRATEGIES = {
    "develop": Text("develop", "发展"),
    "keep": Text("keep", "维持"),
    "streamline": Text("streamline", "精简"),
    "leave": Text("leave", "退出"),
}


def _strategy(scheme: Scheme, grade: str, language: Language) -> str:
    found = scheme.grade(grade)
    strategy = found.strategy if found else None
    return _STRATEGIES[strategy].in_language(language) if strategy else ""


def _score(scheme: Scheme, language: Language) -> str:
    if scheme.score is not None:
        return Text("the value graded by", "即定级所依据的值").in_language(language)
    if scheme.score_text:
        ids = "-".join(indicator.id for indicator in scheme.indicators)
        return (
            Text("none; `score_text` is {i}", "无；`score_text` 为 {i}")
            .filled(i=ids)
            .in_language(language)
        )
    if scheme.scored:
        tiles = [isinstance(i.scoring, Tiles) for i in scheme.indicators] == [True]
        words = (
            Text("the number of the part, 1 is the lowest", "所在等分的序号，1 为最低")
            if tiles
            else Text("the sum of the points", "各项得分之和")
        )
        return words.in_language(language)
    return Text("none", "无").in_language(language)


def reasons(language: Language) -> Iterator[str]:
    """Yield the reasons why a customer has no grade."""
    yield from table_lines(
        heads(language, Text("code", "代码"), Text("meaning", "含义"), Text("given by", "出现于")),
        (
            (
                f"`{code}`",
                text.in_language(language),
                Text("any scheme", "任何方案").in_language(language)
                if code in REASONS
                else ", ".join(
                    f"`{s.id}`" for s in _STANDARD.schemes.values() if s.otherwise == code
                ),
            )
            for code, text in _STANDARD.reasons.items()
        ),
    )


def facts(language: Language) -> Iterator[str]:
    """Yield the tables of facts that it uses, with the column that dates them."""
    used = sorted(
        {
            metric.definition.table
            for metric in _STANDARD.metrics.values()
            if isinstance(metric.definition, FactMetric)
        }
    )
    yield from table_lines(
        heads(language, Text("fact", "事实"), Text("dated by", "日期列")),
        ((f"`{fact}`", f"`{date_column(fact)}`") for fact in used),
    )
