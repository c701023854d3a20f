"""`kefen methods verify` and `holdout`: published figures, and how well models foretell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.tree import Argument, Command, Example, Group, Option
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from kefen.methods.verification.figure import Family, Figure
    from kefen.methods.verification.holdout import Foretold

DATA_VARIABLE = "KEFEN_DATA"
NO_RANKING_GAIN = Text(
    "These models do not rank customers better than recency and frequency do, and no gain of that "
    "kind is to be expected. What they add is the number: how many purchases, where a naive rate "
    "is far off.",
    "这些模型对客户的排序并不优于近度与频度，不应期待排序上的改善。它们带来的是数量本身："
    "预期购买多少次，而简单频率推算相差很远。",
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Figures that were not computed, and what they lack.

    Attributes:
        family: The figures.
        files: Files of the reference data.
        packages: Packages that are not installed.
    """

    family: Family
    files: tuple[str, ...]
    packages: tuple[str, ...]


def verify(*, family: tuple[str, ...], data: Path | None, as_json: bool) -> int:
    """Print published figures beside ours; return 1 when one is missed."""
    from kefen.methods.verification import families

    directory = reference_data(data)
    known = {one.id: one for one in families()}
    chosen = [_chosen(name, known) for name in family] or list(known.values())
    results: list[tuple[Family, list[Figure]]] = []
    skipped: list[Skipped] = []
    for one in chosen:
        missing, packages = one.missing(directory), one.not_installed()
        if missing or packages:
            skipped.append(Skipped(one, missing, packages))
        else:  # a family that reads no file needs no directory
            results.append((one, one.figures(directory or Path())))
    missed = [figure for _, figures in results for figure in figures if not figure.holds]
    if as_json:
        print_json(
            {
                "families": [_as_dict(one, figures) for one, figures in results],
                "skipped": [
                    {
                        "family": one.family.id,
                        "missing": list(one.files),
                        "packages": list(one.packages),
                    }
                    for one in skipped
                ],
                "missed": len(missed),
            }
        )
    else:
        _tell(results, skipped, missed)
    return 1 if missed else 0


def reference_data(given: Path | None) -> Path | None:
    """Return the directory of the reference data: the one given, or that of KEFEN_DATA.

    Raises:
        CallError: There is no such directory.
    """
    named = os.environ.get(DATA_VARIABLE)
    directory = given or (Path(named) if named else None)
    if directory is not None and not directory.is_dir():
        raise CallError(
            Text("there is no directory “{p}”", "没有目录“{p}”").filled(p=directory),
            where="--data" if given is not None else DATA_VARIABLE,
            mend=Text(
                "Give the directory that holds the reference data.", "请给出参考数据所在目录。"
            ),
        )
    return directory


def _chosen(name: str, known: dict[str, Family]) -> Family:
    if name in known:
        return known[name]
    raise CallError(
        Text("there are no figures “{f}”", "没有名为“{f}”的数字").filled(f=name),
        mend=Text("There are: {a}.", "可用：{a}。").filled(a=", ".join(known)),
    )


def _as_dict(family: Family, figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        "family": family.id,
        "name": family.name.as_dict(),
        "source": family.source,
        "figures": [
            {
                "method": one.method,
                "figure": one.name,
                "published": one.published,
                "ours": float(one.ours),
                "agreeing_digits": one.agreeing,
                "wanted_digits": one.wanted,
                "holds": one.holds,
            }
            for one in figures
        ],
    }


def _tell(
    results: Sequence[tuple[Family, Sequence[Figure]]],
    skipped: Sequence[Skipped],
    missed: Sequence[Figure],
) -> None:
    from kefen.cli.terminal import console, plain_table, print_prose

    screen = console()
    for family, figures in results:
        screen.print()
        screen.print(say(family.name), style="bold cyan")
        print_prose(screen, family.source, "dim")
        table = plain_table()
        for heading in (Text("Method", "方法"), Text("Figure", "数字")):
            table.add_column(say(heading))
        for heading in (
            Text("published", "已发表"),
            Text("ours", "本实现"),
            Text("digits that agree", "一致位数"),
        ):
            table.add_column(say(heading), justify="right")
        for one in figures:
            mark = str(one.agreeing) if one.holds else f"{one.agreeing} !!"
            table.add_row(one.method, one.name, one.published, _like(one), mark)
        screen.print(table)
    if skipped:
        _tell_skipped(screen, skipped)
    count = sum(len(figures) for _, figures in results)
    screen.print()
    screen.print(
        say(
            Text("{n} of {m} figures agree.", "{m} 个数字中 {n} 个一致。").filled(
                n=count - len(missed), m=count
            )
        ),
        style="red" if missed else "green",
    )


def _like(figure: Figure) -> str:
    """Return our figure with one decimal more than the published one."""
    decimals = len(figure.published.partition(".")[2])
    return f"{figure.ours:.{decimals + 1 if decimals else 0}f}"


def _tell_skipped(screen: Console, skipped: Sequence[Skipped]) -> None:
    from kefen.cli.terminal import print_prose

    without_data = [one for one in skipped if one.files]
    if without_data:
        screen.print()
        screen.print(
            say(Text("Skipped: the data is not there", "已跳过：缺少数据")), style="yellow"
        )
        for one in without_data:
            screen.print(f"  {one.family.id}: {', '.join(one.files)}")
        mend = Text(
            "Give its directory with --data or KEFEN_DATA.",
            "请用 --data 或 KEFEN_DATA 给出数据目录。",
        )
        print_prose(screen, say(mend), "dim")
    without_packages = [one for one in skipped if one.packages]
    if without_packages:
        screen.print()
        screen.print(
            say(Text("Skipped: a package is not installed", "已跳过：未安装所需软件包")),
            style="yellow",
        )
        for one in without_packages:
            screen.print(f"  {one.family.id}: {', '.join(one.packages)}")
            mend = Text("Install: pip install 'kefen[{e}]'", "请安装：pip install 'kefen[{e}]'")
            print_prose(screen, say(mend.filled(e=one.family.extra)), "dim")


def holdout(*, everybody: bool, data: Path | None, as_json: bool) -> None:
    """Print how well models, a naive rate and rankings foretell the second half of CDNOW."""
    from kefen.methods.verification import cdnow
    from kefen.methods.verification.holdout import foretold

    directory = reference_data(data)
    file = cdnow.MASTER if everybody else cdnow.SAMPLE
    if directory is None or not (directory / file).is_file():
        raise DataError(
            Text("the data of CDNOW is not there", "缺少 CDNOW 数据"),
            where=str(directory / file) if directory is not None else file,
            mend=Text(
                "Give its directory with --data or KEFEN_DATA.",
                "请用 --data 或 KEFEN_DATA 给出数据目录。",
            ),
        )
    cohort = cdnow.cohort(directory / file)
    ways = foretold(cohort)
    if as_json:
        print_json(
            {
                "customers": len(cohort.later),
                "purchases": float(cohort.later.sum()),
                "ways": [_way_as_dict(way) for way in ways],
                "note": NO_RANKING_GAIN.as_dict(),
            }
        )
        return
    _tell_holdout(len(cohort.later), float(cohort.later.sum()), ways)


def _way_as_dict(way: Foretold) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(way)


def _tell_holdout(customers: int, purchases: float, ways: Sequence[Foretold]) -> None:
    from kefen.cli.terminal import console, count, plain_table, print_prose

    screen = console()
    screen.print()
    print_prose(
        screen,
        say(
            Text(
                "{n} customers, fitted on 39 weeks; in the next 39 they made {p} purchases.",
                "{n} 位客户，以 39 周拟合；其后 39 周共购买 {p} 次。",
            ).filled(n=count(customers), p=count(int(purchases)))
        ),
    )
    table = plain_table()
    table.add_column(say(Text("Foretold by", "预测方法")))
    for heading in (
        Text("purchases", "购买次数"),
        Text("mean error", "平均误差"),
        Text("root error", "均方根误差"),
        Text("top fifth holds", "前 20 % 占比"),
        Text("AUC", "AUC"),
    ):
        table.add_column(say(heading), justify="right")
    for way in ways:
        table.add_row(
            way.name,
            "" if way.purchases is None else count(round(way.purchases)),
            "" if way.mean_error is None else f"{way.mean_error:.3f}",
            "" if way.root_error is None else f"{way.root_error:.3f}",
            f"{100 * way.top_fifth:.2f} %",
            f"{way.area:.3f}",
        )
    screen.print(table)
    screen.print()
    print_prose(screen, say(NO_RANKING_GAIN))


def data_option() -> Option:
    """Return `--data`."""
    return options.path_option(
        "--data",
        Text(
            "Where the reference data is; without it KEFEN_DATA says it.",
            "参考数据所在目录；不写则取环境变量 KEFEN_DATA。",
        ),
        metavar=Text("DIR", "目录"),
    )


METHODS_COMMANDS = {
    "verify": Command(
        "verify",
        text=Text(
            "Show published figures of the methods beside ours.\n\n"
            "Each line says in how many significant digits both agree. The data of the figures is "
            "not part of Kefen, and some need a package of their own: what is not there is "
            "skipped, and said. Exit code 1 when a figure is missed.",
            "把各方法已发表的数字与本实现并列。\n\n"
            "每行给出两者一致的有效位数。数据不随客分提供，个别还需另装软件包：缺少的会跳过并注明。"
            "有数字不一致时退出码为 1。",
        ),
        callback=verify,
        parameters=[
            Argument(
                "family",
                text=Text("Only these figures: lifetime, ...", "只看这些：lifetime 等。"),
                metavar=Text("FIGURES", "数字"),
                nargs=-1,
                required=False,
            ),
            data_option(),
            options.json_option(),
        ],
        examples=(
            Example("kefen methods verify", Text("All whose data is there", "所有有数据的")),
        ),
    ),
    "holdout": Command(
        "holdout",
        text=Text(
            "Show how well models of lifetime value foretell purchases they have not seen.\n\n"
            "On the customers of CDNOW: fitted on 39 weeks, held against the next 39, beside a "
            "naive rate and beside recency and frequency.",
            "显示终身价值模型对未见购买的预测效果。\n\n"
            "以 CDNOW 客户为例：用前 39 周拟合，与其后 39 周对照，并与简单频率、近度和频度比较。",
        ),
        callback=holdout,
        parameters=[
            Option(
                "--everybody",
                text=Text(
                    "All 23,570 customers, not the tenth that was published.",
                    "全部 23,570 位客户，而非已发表的十分之一样本。",
                ),
                is_flag=True,
            ),
            data_option(),
            options.json_option(),
        ],
        examples=(Example("kefen methods holdout", Text("The published sample", "已发表的样本")),),
    ),
}


COMMANDS = {
    "methods": Group(
        "methods",
        text=Text(
            "Statistical methods: what they are held against, and the probability to lose "
            "a customer.",
            "统计方法：以什么为准，以及客户流失概率。",
        ),
        sections=(
            (
                Text("Commands", "命令"),
                dict.fromkeys(("verify", "holdout"), "kefen.cli.methods:METHODS_COMMANDS")
                | {"loss": "kefen.cli.methods_loss:LOSS_COMMANDS"},
            ),
        ),
    )
}
