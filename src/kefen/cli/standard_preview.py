"""`kefen standard preview`: what a draft would change, before it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.data import find_data
from kefen.cli.errors import print_json
from kefen.cli.estimate import check_room
from kefen.cli.grading import Grading
from kefen.cli.progress import steps
from kefen.cli.standard import STANDARD, check_scheme, scheme_option, standard_argument
from kefen.cli.standards import complete_names
from kefen.cli.tree import Command, Example, Option
from kefen.domain.errors import CallError, StandardError
from kefen.domain.text import Text
from kefen.grading.named_standard import NamedStandard

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kefen.lake.book import Book
    from kefen.standards.model import Standard

_COMPARING = Text("Comparing", "比较")
_MOVES = Text("Writing who moves", "写出变动清单")


def preview(
    *,
    draft: str,
    book: Path | None,
    against: str | None,
    as_of: date | None,
    scheme: str | None,
    moves: Path | None,
    memory: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Grade with the draft and with the current standard, and show what differs."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.compare_standards import compare_standards
    from kefen.grading.grade import STAGES
    from kefen.grading.population import default_as_of

    if moves is not None and moves.exists():
        raise CallError(
            Text("The file exists already.", "文件已存在。"),
            where=str(moves),
            mend=Text("Choose another --moves.", "请换一个 --moves。"),
        )
    data = find_data(book, given)
    new = NamedStandard(draft, data.book, as_of)
    published = published_standard(data.book) if against is None else None
    named = None if published is not None else NamedStandard(against, data.book, as_of)
    limit = memory or options.DEFAULT_MEMORY
    check_room(Grading(data=data, memory=limit, quiet=as_json))
    with (
        DuckDBEngine(memory_limit=limit) as engine,
        steps(data.steps + 2 * len(STAGES) + 2, shown=not as_json) as begin,
    ):
        dataset = data.read(engine, begin)
        day = as_of or default_as_of(dataset)
        after = new.on(day)
        current = published if published is not None or named is None else named.on(day)
        if current is None:
            raise AssertionError("there is always a standard to compare with")
        check_scheme(scheme, current, after)

        def stage(name: str) -> None:
            plain, _, is_before = name.partition(" ")
            if plain not in STAGES:
                begin(_COMPARING)
                return
            side = Text("current", "现行") if is_before else Text("draft", "草案")
            begin(Text("{s} ({w})", "{s}（{w}）").filled(s=STAGES[plain], w=side))

        found = compare_standards(
            dataset,
            current,
            after,
            day,
            schemes=None if scheme is None else [scheme],
            on_stage=stage,
        )
        if moves is not None:
            from kefen.cli.standard_moves import write_moves

            begin(_MOVES)
            write_moves(dataset, found, moves)
    from kefen.cli.standard_comparison import comparison_as_dict, show_comparison

    if as_json:
        print_json(comparison_as_dict(found, moves))
    else:
        show_comparison(found, moves)


def published_standard(book: Book | None) -> Standard | None:
    """Return the standard of a book's last run as it was then; None without a run.

    Raises:
        StandardError: This version of Kefen cannot read it any more.
    """
    from kefen.grading.outputs import RECORD_FILE, read_json
    from kefen.standards.reader import read_standard

    newest = book.runs.newest() if book is not None else None
    if book is None or newest is None:
        return None
    folder = book.runs.directory(str(newest["run_id"]))
    record = read_json(folder / RECORD_FILE)["standard"]
    try:
        return read_standard(str(record["text"]), f"{record['id']}.yaml")
    except StandardError as error:
        raise StandardError(
            Text(
                "The standard of the last run ({r}) cannot be read by this version of Kefen: {w}",
                "此版本的客分无法读取上次评级（{r}）所用的标准：{w}",
            ).filled(r=newest["run_id"], w=error.what),
            where=error.where,
            mend=Text(
                "Name the standard to compare with: --against STANDARD.",
                "请用 --against 指定要比较的标准。",
            ),
        ) from error


STANDARD_COMMANDS = {
    "preview": Command(
        "preview",
        text=Text(
            "Grade with a draft and with the current standard, and show who would move.\n\n"
            "Nothing is published: no run is kept, and nothing is written but --moves. Schemes of "
            "the same name are compared: customers and revenue of every grade under both, who "
            "moves from what to what, and those who move with the largest revenue. Revenue is the "
            "orders in the window of the current standard.",
            "用草案与现行标准分别评级，看哪些客户会变动。\n\n"
            "不发布任何结果：不保存评级，除 --moves 外不写文件。逐个比较同名方案：两边各等级的"
            "客户数与销售额、由何等级变为何等级、变动客户中销售额最大者。销售额按现行标准窗口内的订单计。",
        ),
        callback=preview,
        parameters=[
            standard_argument("draft", required=True, word=Text("DRAFT", "草案")),
            *options.table_options(),
            *options.reading_options(),
            options.book_option(),
            Option(
                "--against",
                text=Text("The standard to compare with.", "要比较的标准。"),
                metavar=STANDARD,
                default_text=Text(
                    "that of the book's newest run, else the default standard",
                    "账套最新一期评级所用标准；没有则为默认标准",
                ),
                shell_complete=complete_names,
            ),
            options.as_of_option(),
            scheme_option(),
            options.path_option(
                "--moves",
                Text(
                    "Write everybody who moves into this CSV file.",
                    "把所有变动的客户写入此 CSV 文件。",
                ),
            ),
            options.memory_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen standard preview ours-2027.yaml --book acme",
                Text("A draft against what the book was last graded by", "草案与账套现行标准比较"),
            ),
            Example(
                "kefen standard preview ours.yaml --customers customers.csv --orders orders.csv",
                Text("On files, against the default standard", "使用文件，与默认标准比较"),
            ),
        ),
    ),
}
