"""What people fill in for an evaluation: the form, and the sheet of a blind sample."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.evaluation.form import AREAS, QUESTIONS, form_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset

_COLUMNS = ("customer_id", "item", "value", "assessed_on", "assessor", "role")


def write_form(target: Path, *, overwrite: bool, as_json: bool) -> None:
    """Write an empty form.

    Raises:
        CallError: The file exists.
    """
    words = {area: say(name) for area, name in AREAS.items()}
    asked = {question.id: say(question.asks) for question in QUESTIONS}
    _write(target, form_rows(words, asked), overwrite=overwrite)
    if as_json:
        print_json({"out": str(target), "rows": len(QUESTIONS)})
        return
    text = Text(
        "{f} has {n} questions. Mark each from 0 (not at all) to 4 (wholly), with finding, owner "
        "and due date, and hand it back with --form {f}.",
        "{f} 共 {n} 个问题。请逐项打分（0 为完全没有，4 为完全做到），"
        "填写发现、负责人与期限，再用 --form {f} 交回。",
    )
    click.echo(say(text.filled(f=target, n=len(QUESTIONS))))


def write_sample(
    stored: StoredRun,
    dataset: Dataset,
    scheme: str | None,
    size: int,
    out: Path | None,
    *,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write the sheet of a blind sample, which imports as assessments once it is filled in.

    Raises:
        CallError: The file exists, the size is none, or the scheme has no grades in order.
    """
    from kefen.grading.evaluation.evaluate import scheme_called
    from kefen.grading.evaluation.sample import blind_sample

    if size < 1:
        raise CallError(
            Text("A sample has at least one customer.", "样本至少要有一个客户。"),
            where="--sample",
            mend=Text("Write --sample 50.", "例如 --sample 50。"),
        )
    named = scheme or next(
        (name for name in stored.running if stored.standard.schemes[name].classes),
        stored.running[0] if stored.running else "",
    )
    chosen = scheme_called(stored, named)
    target = out or Path(f"blind-{chosen.id}-{stored.as_of.isoformat()}.csv")
    rows = blind_sample(stored, dataset, chosen, size)
    labels = [say(TABLES["assessments"].column(name).label) for name in _COLUMNS]
    known = [
        say(TABLES["customers"].column(name).label)
        for name in ("name", "region", "industry", "owner")
    ]
    possible = " / ".join(grade.id for grade in chosen.classes)
    heading = [labels[0], *known, labels[1], say(Text("Possible", "可填")), *labels[2:]]
    body = (
        [row.customer, *row.known, row.item, possible, "", "", row.owner, "blind"] for row in rows
    )
    _write(target, (heading, *body), overwrite=overwrite)
    if as_json:
        print_json({"out": str(target), "rows": len(rows), "scheme": chosen.id})
        return
    text = Text(
        "{f} has {n} customers without their grades. Let people who know them fill in value "
        "(a grade of {s}) and date, delete the lines nobody can judge, and import it: "
        "kefen import assessments {f}",
        "{f} 列出 {n} 个客户，不含其等级。请由了解客户的人填写评定值（{s}的等级）与日期，"
        "删除无人能评的行，再导入：kefen import assessments {f}",
    )
    click.echo(say(text.filled(f=target, n=len(rows), s=chosen.name)))


def _write(target: Path, rows: Iterable[list[str]], *, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise CallError(
            Text("There is something here already.", "此处已有内容。"),
            where=str(target),
            mend=Text("Name another file, or add --overwrite.", "请换文件名，或加 --overwrite。"),
        )
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
