"""`kefen standard checklist`: a form of what people are to judge, that imports as it is."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.standard import STANDARD, book_if_any
from kefen.cli.standards import complete_names
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.named_standard import find_standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kefen.standards.model import Metric, Standard
    from kefen.standards.model.metrics import Judgement

_ASK = Text("What to judge", "评定内容")
_RANGE = Text("Answers", "可填")
_COLUMNS = ("customer_id", "item", "value", "assessed_on", "assessor", "role")


def checklist(
    *,
    standard: str,
    customers: tuple[str, ...],
    out: Path | None,
    overwrite: bool,
    book: Path | None,
    as_json: bool,
) -> None:
    """Write the form."""
    chosen = find_standard(standard, book_if_any(book))
    rows = list(checklist_rows(chosen, customers))
    if not rows:
        raise CallError(
            Text("“{n}” asks nobody to judge anything.", "《{n}》没有需要人工评定的内容。").filled(
                n=chosen.name
            ),
            mend=Text(
                "Choose a standard with “judged” metrics: kefen standard list.",
                "请选择含人工评定指标的标准：kefen standard list。",
            ),
        )
    target = out or Path(f"{chosen.id}-checklist.csv")
    if target.exists() and not overwrite:
        raise CallError(
            Text("“{f}” exists.", "“{f}”已存在。").filled(f=target),
            where="--out",
            mend=Text("Name another file, or add --overwrite.", "请换文件名，或加 --overwrite。"),
        )
    headings = [say(TABLES["assessments"].column(name).label) for name in _COLUMNS]
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*headings[:2], say(_ASK), say(_RANGE), *headings[2:]])
        writer.writerows(rows)
    if as_json:
        print_json({"out": str(target), "rows": len(rows)})
        return
    text = Text(
        "{f} has {n} lines. Fill in value, date and assessor, delete the lines that were not "
        "judged, and import it: kefen import assessments {f}",
        "{f} 共 {n} 行。请填写评定值、评定日期与评定人，删除未评定的行，再导入："
        "kefen import assessments {f}",
    )
    click.echo(say(text.filled(f=target, n=len(rows))))
    if chosen.notice is not None:
        click.secho(say(chosen.notice), fg="yellow")


def checklist_rows(standard: Standard, customers: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of a form: for each customer each judgement of a standard.

    Args:
        standard: The standard.
        customers: The customers' ids; without them one empty form.
    """
    judged = [
        (metric, judgement)
        for metric in standard.metrics.values()
        if (judgement := getattr(metric.definition, "judgement", None)) is not None
    ]
    for customer in customers or ("",):
        for metric, judgement in judged:
            yield _row(metric, judgement, customer)


def _row(metric: Metric, judgement: Judgement, customer: str) -> list[str]:
    return [
        customer,
        judgement.item,
        say(metric.name),
        " / ".join(judgement.words)
        if judgement.words
        else f"{judgement.lowest:f} - {judgement.highest:f}",
        "",
        "",
        "",
        judgement.role or "",
    ]


STANDARD_COMMANDS = {
    "checklist": Command(
        "checklist",
        text=Text(
            "Write a form of what a standard wants people to judge.\n\n"
            "A CSV file for Excel with a line for each customer and judgement, the answers that "
            "fit, and columns to fill in; it imports as it is.",
            "生成标准所需人工评定的填写表。\n\n"
            "CSV 文件，可用 Excel 打开：每位客户的每项评定一行，注明可填的答案；填好后可直接导入。",
        ),
        callback=checklist,
        parameters=[
            Argument(
                "standard",
                text=Text("The standard: a file or a name.", "标准：文件或名称。"),
                metavar=STANDARD,
                shell_complete=complete_names,
            ),
            Option(
                "--customer",
                "customers",
                text=Text("A customer to judge; may be repeated.", "要评定的客户，可重复给出。"),
                metavar=Text("CUSTOMER", "客户"),
                multiple=True,
            ),
            options.path_option(
                "--out",
                Text("The file.", "文件。"),
                metavar=options.FILE,
                default_text=Text("STANDARD-checklist.csv", "标准名-checklist.csv"),
            ),
            Option(
                "--overwrite",
                text=Text("Replace the file.", "覆盖已有文件。"),
                is_flag=True,
            ),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen standard checklist communication-style --customer 12346",
                Text("How a customer communicates", "某位客户的沟通方式"),
            ),
        ),
    ),
}
