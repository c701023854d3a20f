"""Writes the parts of docs/reference that follow from the code, in both languages.

A page holds prose, and regions between `<!-- generated: NAME -->` and `<!-- end of NAME -->`;
only the regions are written. `python docs/generate.py` writes them, and with `--check` it says
which pages are out of date and exits with 1. The page of commands has its own generator,
`python -m kefen.cli.reference`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kefen.compiler.metrics import STORED
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions import CATALOGUE
from kefen.lake.reading import REJECTION_REASONS
from kefen.standards.facts import date_column
from kefen.standards.json_schema import schema_text
from kefen.standards.library import bundled_outlines
from kefen.standards.model import FactMetric, Tiles
from kefen.standards.reader import bundled_standard
from kefen.standards.reasons import REASONS
from kefen.standards.service import service_in_words
from kefen.standards.words import standard_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kefen.domain.text import Language
    from kefen.standards.model import Metric, Scheme

sys.path.insert(0, str(Path(__file__).parent))
from constructs import cards_of, features_of
from python_api import reference

REFERENCE = Path(__file__).parent / "reference"
_REGION = re.compile(r"<!-- generated: (\w+) -->\n.*?<!-- end of \1 -->", re.DOTALL)
_CALLED = Text("Called by name", "以函数形式书写")
_WRITTEN = Text("Written with signs and words", "以符号或词语书写")
_INNER = Text("Used by calibrated schemes, not written by hand", "供标定后的方案使用，不手写")


def page(text: str, language: Language) -> str:
    """Return a page with its generated regions written anew."""

    def region(match: re.Match[str]) -> str:
        name = match[1]
        body = "\n".join(REGIONS[name](language)).strip("\n")
        return f"<!-- generated: {name} -->\n\n{body}\n\n<!-- end of {name} -->"

    return _REGION.sub(region, text)


def language_of(path: Path) -> Language:
    """Return the language of a page by its name."""
    return "zh" if path.name.endswith(".zh.md") else "en"


def out_of_date() -> dict[Path, str]:
    """Return the pages that the code says otherwise about, with what they should hold."""
    stale = {}
    for path in sorted(REFERENCE.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        written = page(text, language_of(path))
        if written != text:
            stale[path] = written
    schema = REFERENCE / "standard.schema.json"
    if not schema.is_file() or schema.read_text(encoding="utf-8") != schema_text():
        stale[schema] = schema_text()
    return stale


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(headings) + " |"
    yield "|" + "---|" * len(headings)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def _heads(language: Language, *texts: Text) -> list[str]:
    return [text.in_language(language) for text in texts]


# --- operators ------------------------------------------------------------------------------


def _operators(language: Language) -> Iterator[str]:
    written, called, inner = [], [], []
    for operator in CATALOGUE.values():
        if operator.callable:
            called.append(operator)
        elif operator.usage.startswith(f"{operator.name}("):
            inner.append(operator)
        else:
            written.append(operator)
    for heading, operators in ((_WRITTEN, written), (_CALLED, called), (_INNER, inner)):
        yield f"### {heading.in_language(language)}"
        yield ""
        yield from _table(
            _heads(
                language,
                Text("how it is written", "写法"),
                Text("what it gives", "结果"),
                Text("unknown arguments", "参数未知时"),
                Text("name in the catalogue", "目录中的名称"),
            ),
            (
                (
                    f"`{operator.usage}`",
                    operator.description.in_language(language),
                    (
                        Text("make it unknown", "结果未知")
                        if operator.strict
                        else Text("as described", "如左所述")
                    ).in_language(language),
                    f"`{operator.name}`",
                )
                for operator in operators
            ),
        )
        yield ""


# --- data contract --------------------------------------------------------------------------

_KINDS = {
    "id": Text("id (text)", "编号（文本）"),
    "text": Text("text", "文本"),
    "code": Text("code", "代码"),
    "integer": Text("whole number", "整数"),
    "money": Text("money", "金额"),
    "number": Text("number", "数值"),
    "date": Text("date", "日期"),
    "timestamp": Text("date and time", "日期时间"),
    "boolean": Text("yes or no", "是或否"),
}


def _contract(language: Language) -> Iterator[str]:
    for table in TABLES.values():
        yield f"### {table.name}"
        yield ""
        key = (
            Text("A row is identified by {k}.", "以 {k} 标识一行。").filled(
                k=", ".join(f"`{name}`" for name in table.key)
            )
            if table.key
            else Text(
                "A row has no id: the whole row and how often it occurs identify it.",
                "没有编号：以整行内容及其出现次数标识。",
            )
        )
        dated = (
            Text(" It is dated by {d}.", "日期列为 {d}。").filled(d=f"`{table.date}`")
            if table.date
            else Text("", "")
        )
        label, own_key = table.label.in_language(language), key.in_language(language)
        mark = Text(".", "。").in_language(language)
        space = Text(" ", "").in_language(language)
        yield f"{label}{mark}{space}{own_key}{dated.in_language(language)}"
        yield ""
        yield from _table(
            _heads(
                language,
                Text("column", "列"),
                Text("name", "名称"),
                Text("type", "类型"),
                Text("stored as", "存储类型"),
                Text("required", "必填"),
                Text("allowed values", "允许的取值"),
            ),
            (
                (
                    f"`{column.name}`",
                    column.label.in_language(language),
                    _KINDS[column.kind.value].in_language(language),
                    f"`{column.kind.sql_type}`",
                    Text("yes", "是").in_language(language) if column.required else "",
                    ", ".join(f"`{code}`" for code in column.codes),
                )
                for column in table.columns
            ),
        )
        yield ""


def _rejections(language: Language) -> Iterator[str]:
    yield from _table(
        _heads(language, Text("code", "代码"), Text("meaning", "含义")),
        ((f"`{code}`", text.in_language(language)) for code, text in REJECTION_REASONS.items()),
    )


# --- the default standard -------------------------------------------------------------------

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


def _identity(language: Language) -> Iterator[str]:
    yield from _table(
        _heads(language, Text("what", "项目"), Text("value", "取值")),
        (
            ("standard", f"`{_STANDARD.id}`"),
            ("version", str(_STANDARD.version)),
            ("fingerprint", f"`{_STANDARD.fingerprint}`"),
            ("window", f"`{_STANDARD.constants.window}`"),
            ("small_population", str(_STANDARD.constants.small_population)),
            ("coverage", f"{_STANDARD.constants.coverage}"),
        ),
    )


def _metrics(language: Language) -> Iterator[str]:
    for metric, words in zip(_STANDARD.metrics.values(), _WORDS.metrics, strict=True):
        yield f"#### {metric.id}"
        yield ""
        name = metric.name.in_language(language)
        described = metric.description.in_language(language)
        yield f"**{name}**{Text(': ', '：').in_language(language)}{described}"
        yield ""
        yield from _table(
            _heads(language, Text("what", "项目"), Text("value", "取值")),
            _metric_rows(metric, words.formula, words.window, language),
        )
        yield ""


def _models(language: Language) -> Iterator[str]:
    for words in _WORDS.models:
        yield f"#### {words.id}"
        yield ""
        name, colon = words.name.in_language(language), Text(": ", "：").in_language(language)
        yield f"**{name}**{colon}{words.description.in_language(language)}"
        yield ""
        yield from _table(
            _heads(language, Text("what", "项目"), Text("value", "取值")),
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


def _schemes(language: Language) -> Iterator[str]:
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
        yield from _table(
            _heads(
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


def _reasons(language: Language) -> Iterator[str]:
    yield from _table(
        _heads(language, Text("code", "代码"), Text("meaning", "含义"), Text("given by", "出现于")),
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


def _facts(language: Language) -> Iterator[str]:
    """The fact tables with the column that dates them, as the default standard uses them."""
    used = sorted(
        {
            metric.definition.table
            for metric in _STANDARD.metrics.values()
            if isinstance(metric.definition, FactMetric)
        }
    )
    yield from _table(
        _heads(language, Text("fact", "事实"), Text("dated by", "日期列")),
        ((f"`{fact}`", f"`{date_column(fact)}`") for fact in used),
    )


def _library(language: Language) -> Iterator[str]:
    """Yield the ready standards: code, name, trade, the rule they are made from, its features."""
    heads = _heads(
        language,
        Text("standard", "标准"),
        Text("what it is", "内容"),
        Text("trade", "行业"),
        Text("rule", "办法"),
        Text("features", "特征"),
    )
    rows = [
        (
            f"`{one.id}`",
            one.name.in_language(language),
            one.trade.in_language(language) if one.trade is not None else "",
            cards_of(one.id),
            " ".join(features_of(one.id)),
        )
        for one in bundled_outlines()
        if one.id != "default"
    ]
    yield from _table(heads, rows)


REGIONS: dict[str, Callable[[Language], Iterable[str]]] = {
    "operators": _operators,
    "contract": _contract,
    "rejections": _rejections,
    "identity": _identity,
    "facts": _facts,
    "metrics": _metrics,
    "models": _models,
    "schemes": _schemes,
    "reasons": _reasons,
    "library": _library,
    "python": reference,
}
"""What each generated region holds, by its name."""


def main() -> int:
    """Write the pages, or with `--check` say which are out of date."""
    stale = out_of_date()
    check = "--check" in sys.argv[1:]
    for path, text in stale.items():
        if check:
            sys.stderr.write(f"{path.name} is out of date: python docs/generate.py\n")
        else:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
