"""What the commands on weights share: where weights come from, and where they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.standard import scheme_option
from kefen.cli.tree import Argument, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.grading.weighing import Weighed
    from kefen.standards.model import WeightMethod

INTO = Text("Into a standard", "写入标准")
NAME = Text("NAME", "名称")
_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class FoundWeights:
    """Weights that a command found.

    Attributes:
        method: How.
        names: The criteria.
        weights: One for each, summing to 1.
        source: What they come from, for people.
        file: The file they come from, or None.
        consistency_ratio: Of pairwise judgements, or None.
        agreement: Kendall's W of a panel, or None.
        cases: How many experts or customers, or None.
        notes: What else is to be said.
    """

    method: WeightMethod
    names: tuple[str, ...]
    weights: tuple[float, ...]
    source: str
    file: Path | None = None
    consistency_ratio: Decimal | None = None
    agreement: Decimal | None = None
    cases: int | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where weights are written: a part of the standard in a file."""

    path: Path
    text: str
    part: Weighed


def file_argument(text: Text, *, required: bool = False) -> Argument:
    """Return the argument that names a file."""
    return Argument(
        "file", text=text, metavar=options.FILE, required=required, type=options.PATH_TYPE
    )


def sheet_option() -> Option:
    """Return `--sheet`."""
    return Option(
        "--sheet",
        text=Text("The sheet of an Excel file.", "Excel 文件的工作表。"),
        metavar=NAME,
        default_text=Text("the first", "第一个"),
    )


def into_options() -> list[Option]:
    """Return the options that say where weights are written."""
    scheme = scheme_option()
    scheme.text = Text("The scheme whose weights they are.", "权重所属的方案。")
    scheme.section = INTO
    return [
        options.path_option(
            "--into",
            Text(
                "Write the weights into this standard's document, and where they come from; all "
                "else in it stays as it is.",
                "把权重及其来源写入该标准文件，其余内容与格式不变。",
            ),
            section=INTO,
        ),
        scheme,
        Option(
            "--group",
            text=Text(
                "Only this group of the scheme; its total stays.",
                "只写该方案的这个分组，其合计不变。",
            ),
            metavar=Text("GROUP", "分组"),
            section=INTO,
        ),
        Option(
            "--total",
            text=Text("What the weights add up to.", "权重合计。"),
            metavar=Text("NUMBER", "数值"),
            default_text=Text(
                "in a standard what they do now, else 100", "标准中现有合计，否则 100"
            ),
            section=INTO,
            type=options.Checked("total", _total),
        ),
    ]


def find_target(into: Path | None, scheme: str | None, group: str | None) -> Target | None:
    """Return the part of a standard that weights are written into; None without `--into`.

    Raises:
        CallError: The file, scheme or group is not there.
        StandardError: The file is no standard.
    """
    from kefen.grading.weighing import weighed_part
    from kefen.standards.reader import read_standard, standard_text

    if into is None:
        for option, value in (("--scheme", scheme), ("--group", group)):
            if value is not None:
                raise CallError(
                    Text("This option is for weights in a standard.", "该选项用于标准中的权重。"),
                    where=option,
                    mend=Text("Name the standard as well.", "请同时指定标准文件。"),
                )
        return None
    if not into.is_file():
        raise CallError(
            Text("There is no such file.", "文件不存在。"),
            where=str(into),
            mend=Text(
                "Copy a standard of the library first: kefen standard new {f} --from NAME.",
                "请先复制标准库中的标准：kefen standard new {f} --from 名称。",
            ).filled(f=into),
        )
    text = standard_text(into)
    return Target(into, text, weighed_part(read_standard(text, into.name), scheme, group))


def finish(
    found: FoundWeights, target: Target | None, total: Decimal | None, *, as_json: bool
) -> None:
    """Show weights, and write them where the call says.

    Raises:
        CallError: The criteria are not the indicators of the scheme.
        DataError: A weight is zero, which a standard does not hold.
        StandardError: They cannot be written there.
    """
    from kefen.grading.weighing import by_indicator
    from kefen.methods.weights import in_points

    if target is None:
        points = dict(zip(found.names, in_points(found.weights, total or _WHOLE), strict=True))
    else:
        given = dict(zip(found.names, found.weights, strict=True))
        if len(given) < len(found.names):
            raise CallError(
                Text("A criterion is named twice.", "有重复的指标。"),
                mend=Text("Name each once.", "每个指标只写一次。"),
            )
        points = by_indicator(target.part, given, total or target.part.total or _WHOLE)
        _write(found, target, points)
    if as_json:
        print_json(_as_dict(found, target, points))
    else:
        _show(found, target, points)


def read_numbers(given: Sequence[tuple[str, float]]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return names and numbers of `--weight NAME=NUMBER`, each name once.

    Raises:
        CallError: A name is given twice.
    """
    names = tuple(name for name, _ in given)
    if len(set(names)) < len(names):
        raise CallError(
            Text("A criterion is named twice.", "有重复的指标。"),
            where="--weight",
            mend=Text("Name each once.", "每个指标只写一次。"),
        )
    return names, tuple(number for _, number in given)


def weight_option(text: Text) -> Option:
    """Return `--weight`, which may be repeated."""
    return Option(
        "--weight",
        "given",
        text=text,
        metavar=Text("NAME=NUMBER", "名称=数值"),
        multiple=True,
        type=options.Checked("weight", _named_number),
    )


def file_facts(path: Path) -> str:
    """Return the SHA-256 of a file."""
    from kefen.lake.fingerprints import Fingerprints

    return str(Fingerprints().of(path)["sha256"])


def _total(text: str, where: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    exponent = number.as_tuple().exponent
    if number.is_finite() and 0 < number <= 10**6 and isinstance(exponent, int) and exponent >= -4:
        return number
    raise CallError(
        Text("“{v}” is no total of weights.", "“{v}”不能作为权重合计。").filled(v=text),
        where=where,
        mend=Text(
            "Write a number above zero with at most 4 decimals: 100.",
            "请写大于零、至多 4 位小数的数，例如 100。",
        ),
    )


def _named_number(text: str, where: str) -> tuple[str, float]:
    name, sign, value = text.partition("=")
    if sign and name.strip() and re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value.strip()):
        return name.strip(), float(value)
    raise CallError(
        Text("“{v}” is no weight.", "“{v}”不是权重。").filled(v=text),
        where=where,
        mend=Text("Write it as revenue=40.", "请写成 revenue=40。"),
    )


def _write(found: FoundWeights, target: Target, points: dict[str, Decimal]) -> None:
    from kefen.lake.book.durable import write_text
    from kefen.standards.model import WeightSource
    from kefen.standards.written_weights import with_weights

    text = with_weights(
        target.text,
        target.path.name,
        scheme=target.part.scheme.id,
        group=target.part.group,
        weights=points,
        weights_from=WeightSource(
            found.method,
            found.source,
            None if found.file is None else file_facts(found.file),
            date.today(),  # noqa: DTZ011 - the day of whoever calls
            found.consistency_ratio,
            found.agreement,
            found.cases,
        ),
    )
    write_text(target.path, text)


def _as_dict(
    found: FoundWeights, target: Target | None, points: dict[str, Decimal]
) -> dict[str, Any]:
    return {
        "method": found.method,
        "source": found.source,
        "criteria": [
            {"name": name, "weight": weight}
            for name, weight in zip(found.names, found.weights, strict=True)
        ],
        "points": {name: format(weight, "f") for name, weight in points.items()},
        "total": format(sum(points.values(), Decimal(0)), "f"),
        "consistency_ratio": _plain(found.consistency_ratio),
        "agreement": _plain(found.agreement),
        "cases": found.cases,
        "notes": [note.as_dict() for note in found.notes],
        "into": None if target is None else str(target.path),
        "scheme": None if target is None else target.part.scheme.id,
        "group": None if target is None else target.part.group,
    }


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _show(found: FoundWeights, target: Target | None, points: dict[str, Decimal]) -> None:
    from kefen.cli.terminal import bar, console, plain_table, print_prose
    from kefen.standards.weight_source import METHODS

    screen = console()
    screen.print()
    title = Text("Weights by {m}", "权重：{m}").filled(m=METHODS[found.method])
    screen.print(say(title), style="bold")
    table = plain_table()
    table.add_column(say(Text("Criterion", "指标")), overflow="fold")
    table.add_column(say(Text("weight", "权重")), justify="right")
    table.add_column("")
    largest = max(points.values())
    for name, weight in points.items():
        table.add_row(name, str(weight), bar(weight, largest))
    whole = sum(points.values(), Decimal(0))
    table.add_row(say(Text("Total", "合计")), str(whole), "", style="bold")
    screen.print(table)
    for note in found.notes:
        print_prose(screen, say(note), "dim")
    if target is not None:
        said = Text(
            "Written into {f}, scheme {s}; its wording is as it was. Raise the version before it "
            "is used, and try it: kefen standard preview {f}.",
            "已写入 {f} 的方案“{s}”，文字说明未改。使用前请提高版本号，并试算："
            "kefen standard preview {f}。",
        )
        print_prose(screen, say(said.filled(f=target.path, s=target.part.scheme.name)), "green")
