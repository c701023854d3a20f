"""`kefen compare`: who moved between runs, from which grade to which, and why."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.progress import steps
from kefen.cli.stored import chain_of_runs
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kefen.grading.history import KeptRun
    from kefen.grading.moves.model import RunMoves

_LOADING = Text("Reading the runs", "读取评级结果")
_PAIR = Text("Comparing {a} and {b}", "比较 {a} 与 {b}")
_MONTH = Text("MONTH", "月份")
_FARTHEST = 60


def compare(
    *,
    runs: tuple[str, ...],
    first: date | None,
    last: date | None,
    standard: str | None,
    scheme: tuple[str, ...],
    moves: Path | None,
    ahead: str | None,
    book: Path | None,
    memory: str | None,
    as_json: bool,
) -> None:
    """Compare runs with each other, each with the one after it."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.explain import checked_scheme
    from kefen.grading.moves.chain import chain_of
    from kefen.grading.moves.compare_runs import compare_runs
    from kefen.grading.moves.listing import list_moves
    from kefen.grading.stored import StoredRun

    _check_target(moves)
    farther = _steps_ahead(ahead)
    chain = chain_of_runs(runs, first, last, standard, book)
    warnings = [_obstacles(one, other) for one, other in pairwise(chain)]
    found: list[RunMoves] = []
    with (
        DuckDBEngine(memory_limit=memory or options.DEFAULT_MEMORY) as engine,
        steps(len(chain), shown=not as_json) as begin,
    ):
        begin(_LOADING)
        loaded = [StoredRun.load(one.folder) for one in chain]
        wanted = [checked_scheme(loaded[-1], name) for name in scheme] or None
        for place, (before, after) in enumerate(pairwise(loaded)):
            names = (chain[place].run_id, chain[place + 1].run_id)
            begin(_PAIR.filled(a=names[0], b=names[1]))
            pair = compare_runs(
                engine, before, after, names=names, warnings=warnings[place], schemes=wanted
            )
            found.append(pair)
            if moves is not None:
                list_moves(engine, before, after, pair, append=place > 0)
        if moves is not None:
            from kefen.cli.moves_file import write_list

            write_list(engine, moves)
    schemes = chain_of(found, farther)
    if as_json:
        from kefen.grading.moves.as_dict import chain_as_dict

        print_json(chain_as_dict(found, schemes, moves))
    else:
        from kefen.cli.moves_shown import show_chain

        show_chain(found, schemes, moves, full=bool(scheme))


def _obstacles(before: KeptRun, after: KeptRun) -> tuple[Text, ...]:
    """Return what keeps two runs from meaning the same; refuse where nothing could be compared."""
    from kefen.grading.comparability import comparable

    found = comparable(before, after)
    refused = [one for one in found if one.weight == "refuses"]
    if refused:
        raise CallError(
            refused[0].reason,
            mend=Text(
                "Name two runs of one standard: kefen compare RUN RUN.",
                "请给出依据同一标准的两次评级：kefen compare 结果 结果。",
            ),
        )
    return tuple(one.reason for one in found)


def _check_target(moves: Path | None) -> None:
    if moves is None:
        return
    if moves.suffix.lower() not in (".csv", ".parquet"):
        raise CallError(
            Text(
                "The list of moves is a CSV or a Parquet file.", "变动清单为 CSV 或 Parquet 文件。"
            ),
            where=str(moves),
            mend=Text("End its name in .csv or .parquet.", "文件名请以 .csv 或 .parquet 结尾。"),
        )
    if moves.exists():
        raise CallError(
            Text("The file exists already.", "文件已存在。"),
            where=str(moves),
            mend=Text("Choose another --moves.", "请换一个 --moves。"),
        )


def _steps_ahead(ahead: str | None) -> int:
    if ahead is None:
        return 3
    if ahead.isdecimal() and int(ahead) <= _FARTHEST:
        return int(ahead)
    raise CallError(
        Text("“{v}” is no number of steps.", "“{v}”不是步数。").filled(v=ahead),
        where="--ahead",
        mend=Text("Give a whole number up to {n}.", "请给出不超过 {n} 的整数。").filled(
            n=_FARTHEST
        ),
    )


def month_options() -> list[Option]:
    """Return `--from`, `--to` and `--standard`, which choose runs of a book."""
    return [
        Option(
            "--from",
            "first",
            text=Text("The first month of the book to compare.", "账套中开始比较的月份。"),
            metavar=_MONTH,
            type=options.MONTH_TYPE,
        ),
        Option(
            "--to",
            "last",
            text=Text("The last month of the book to compare.", "账套中最后比较的月份。"),
            metavar=_MONTH,
            type=options.MONTH_TYPE,
        ),
        Option(
            "--standard",
            text=Text("Only runs of this standard, by its code.", "只看该标准（代码）的评级。"),
            metavar=Text("STANDARD", "标准"),
            default_text=Text(
                "that of the last run in these months", "所选月份中最后一次评级的标准"
            ),
        ),
    ]


COMMANDS = {
    "compare": Command(
        "compare",
        text=Text(
            "Compare runs: who moved from which grade to which, and why.\n\n"
            "For every scheme the customers that stayed, rose, fell, gained or lost a grade, with "
            "the causes: own figures, data that came or went, lines that moved with the others, "
            "another standard, a hold or an override. The parts add up to all moves. Of several "
            "runs, or the months of a book, each is compared with the next, and the moves "
            "together say what would follow. Runs of different standards are refused.",
            "比较各次评级：谁从哪一级变到哪一级，原因是什么。\n\n"
            "逐个方案列出不变、升级、降级、获得或失去等级的客户数，并拆分原因：自身数据变化、"
            "数据有无的变化、标定随整体变化、标准变更、保级规则或人工调级；各部分之和恰为全部变动。"
            "给出多次评级或账套的若干月份时，依次两两比较，并据此推算其后的分布。"
            "依据不同标准的评级不予比较。",
        ),
        callback=compare,
        parameters=[
            Argument(
                "runs",
                text=Text(
                    "Two runs or more, the earliest first: folders that `kefen grade --out` made, "
                    "or ids of the book.",
                    "两次或更多评级，按先后排列：`kefen grade --out` 生成的目录，或账套中的编号。",
                ),
                metavar=Text("RUN", "结果"),
                nargs=-1,
            ),
            *month_options(),
            Option(
                "--scheme",
                text=Text(
                    "Only this scheme, in full; repeat for several.",
                    "只看该方案并列出全部；可重复。",
                ),
                metavar=Text("SCHEME", "方案"),
                multiple=True,
            ),
            options.path_option(
                "--moves",
                Text(
                    "Write everybody who moved, with the causes, into this CSV or Parquet file.",
                    "把所有变动的客户及原因写入此 CSV 或 Parquet 文件。",
                ),
            ),
            Option(
                "--ahead",
                text=Text("For how many further steps to project.", "向后推算的步数。"),
                metavar=Text("STEPS", "步数"),
                default_text=Text.same("3"),
            ),
            options.book_option(),
            options.memory_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen compare september october --scheme abc",
                Text("Two folders of results", "两个结果目录"),
            ),
            Example(
                "kefen compare --from 2010-12 --to 2011-11 --book acme",
                Text("The months of a book", "账套的各月"),
            ),
        ),
    ),
}
