"""`kefen lift`: grades held against what happened afterwards."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.cli.weights_shared import NAME, sheet_option
from kefen.cli.why import run_option
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.lake.reading.plain_tables import PlainTable
    from kefen.methods.lift import ClassRate, Lift
    from kefen.standards.model import Scheme

_YES = frozenset({"1", "1.0", "yes", "y", "true", "won", "是", "成交", "有"})
_NO = frozenset({"0", "0.0", "no", "n", "false", "lost", "否", "未成交", "无"})


def lift(
    *,
    file: Path,
    scheme: str,
    key: str | None,
    happened: str | None,
    sheet: str | None,
    run: str | None,
    book: Path | None,
    as_json: bool,
) -> None:
    """Hold grades against what happened."""
    from kefen.cli.stored import find_run
    from kefen.grading.explain import checked_scheme
    from kefen.lake.reading.plain_tables import read_plain_table
    from kefen.methods.lift import lift_by_class

    stored, _ = find_run(run, book)
    chosen = stored.standard.schemes[checked_scheme(stored, scheme)]
    outcomes, unclear = _outcomes(read_plain_table(file, sheet), key, happened)
    grades = stored.grades_of(chosen.id)
    cases = [(grades[one], answer) for one, answer in outcomes.items() if one in grades]
    found = lift_by_class(cases, [grade.id for grade in chosen.classes])
    if found is None:
        raise DataError(
            Text(
                "it happened to all or to none of the {n} graded customers in the file",
                "文件中 {n} 个有等级的客户要么全部发生、要么全部未发生",
            ).filled(n=len(cases)),
            where=file.name,
            mend=Text(
                "Give outcomes of both kinds, with the ids of the run.",
                "请提供两种结果都有的数据，客户编号须与评级结果一致。",
            ),
        )
    ungraded = len(outcomes) - len(cases)
    if as_json:
        print_json(
            {
                "scheme": chosen.id,
                "as_of": stored.as_of.isoformat(),
                **asdict(found),
                "without_grade": ungraded,
                "unclear": unclear,
            }
        )
    else:
        _show(chosen, found, ungraded, unclear)


def _outcomes(
    table: PlainTable, key: str | None, happened: str | None
) -> tuple[dict[str, bool], int]:
    """Return whether it happened, by customer, and how many rows say neither yes nor no."""
    at_key = table.position(key) if key is not None else 0
    at_answer = (
        table.position(happened)
        if happened is not None
        else next((at for at in range(len(table.headings)) if at != at_key), 0)
    )
    if at_key == at_answer:
        raise CallError(
            Text("The file needs two columns.", "文件至少需要两列。"),
            where=table.name,
            mend=Text("One for the customer, one for yes or no.", "一列为客户编号，一列为是或否。"),
        )
    found: dict[str, bool] = {}
    unclear = 0
    for row, number in zip(table.rows, table.numbers, strict=True):
        word = row[at_answer].strip().casefold()
        if word not in _YES and word not in _NO:
            unclear += 1
            continue
        if row[at_key] in found:
            raise DataError(
                Text("“{c}” stands here twice", "“{c}”重复出现").filled(c=row[at_key]),
                where=f"{table.name}:{number}",
                mend=Text("Keep one row for each customer.", "每个客户只保留一行。"),
            )
        found[row[at_key]] = word in _YES
    return found, unclear


def _show(scheme: Scheme, found: Lift, ungraded: int, unclear: int) -> None:
    from kefen.cli.terminal import console, plain_table, print_prose

    screen = console()
    screen.print()
    title = Text("{s} against what happened", "{s}与实际结果的对照").filled(s=scheme.name)
    screen.print(say(title), style="bold")
    table = plain_table()
    for heading, right in (
        (Text("Grade", "等级"), False),
        (Text("customers", "客户数"), True),
        (Text("happened", "发生数"), True),
        (Text("rate (95 %)", "发生率（95 %）"), True),
        (Text("lift (95 %)", "提升度（95 %）"), True),
        (Text("captured", "累计占比"), True),
    ):
        table.add_column(say(heading), justify="right" if right else "left")
    for one in found.classes:
        grade = scheme.grade(one.name)
        table.add_row(one.name if grade is None else say(grade.name), *_cells(one))
    rate = found.happened / found.cases
    table.add_row(
        say(Text("All", "全部")),
        f"{found.cases:,}",
        f"{found.happened:,}",
        f"{rate * 100:.1f} %",
        "1.00",
        "",
        style="bold",
    )
    screen.print(table)
    said = Text(
        "Of one to whom it happened and one to whom it did not, the first has the better grade "
        "with a chance of {a:.3f} (AUC; 0.5 tells nothing, 1 everything).",
        "任取一个发生者与一个未发生者，前者等级更高的概率为 {a:.3f}"
        "（AUC；0.5 为毫无区分，1 为完全区分）。",
    )
    print_prose(screen, say(said.filled(a=found.auc)))
    for number, text in (
        (
            ungraded,
            Text(
                "{n} in the file {n:has|have} no grade in the run and {n:is|are} left out.",
                "文件中有 {n} 个在评级结果中没有等级，未计入。",
            ),
        ),
        (
            unclear,
            Text(
                "{n} {n:row says|rows say} neither yes nor no and {n:is|are} left out.",
                "有 {n} 行既非“是”也非“否”，未计入。",
            ),
        ),
    ):
        if number:
            print_prose(screen, say(text.filled(n=number)), "dim")


def _cells(one: ClassRate) -> tuple[Any, ...]:
    return (
        f"{one.cases:,}",
        f"{one.happened:,}",
        f"{one.rate * 100:.1f} % ({one.low * 100:.1f}–{one.high * 100:.1f})",
        f"{one.lift:.2f} ({one.lift_low:.2f}–{one.lift_high:.2f})",
        f"{one.captured * 100:.1f} %",
    )


COMMANDS = {
    "lift": Command(
        "lift",
        text=Text(
            "Hold grades against what happened afterwards: rate, lift and 95 % interval by grade."
            "\n\nThe file has a row for each customer, with yes or no (won or lost, 1 or 0). Lift "
            "is the rate of a grade over the rate of all; its interval is Wilson's of the rate.",
            "把等级与其后的实际结果对照：各等级的发生率、提升度及 95 % 区间。\n\n"
            "文件中每个客户一行，写是或否（成交或未成交、1 或 0）。"
            "提升度为该等级发生率与总体发生率之比，区间由 Wilson 区间换算。",
        ),
        callback=lift,
        parameters=[
            Argument(
                "file",
                text=Text(
                    "What happened: CSV, Excel or Parquet.", "实际结果：CSV、Excel 或 Parquet。"
                ),
                metavar=options.FILE,
                type=options.PATH_TYPE,
            ),
            Option(
                "--scheme",
                text=Text("The scheme whose grades are judged.", "要检验的方案。"),
                metavar=Text("SCHEME", "方案"),
                required=True,
            ),
            Option(
                "--id",
                "key",
                text=Text("The column that names the customer.", "客户编号所在的列。"),
                metavar=NAME,
                default_text=Text("the first", "第一列"),
            ),
            Option(
                "--happened",
                text=Text("The column of yes or no.", "是或否所在的列。"),
                metavar=NAME,
                default_text=Text("the next", "第二列"),
            ),
            sheet_option(),
            run_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen lift won.csv --scheme prospect --run results",
                Text("Did better prospects buy more often?", "等级高的潜在客户是否更常成交？"),
            ),
        ),
    )
}
