"""`kefen weights ahp`: weights by pairwise comparison, from a matrix or asked pair by pair."""

from __future__ import annotations

import csv
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.language import say
from kefen.cli.tree import Command, Example, Option
from kefen.cli.weights_shared import (
    NAME,
    FoundWeights,
    Target,
    file_argument,
    find_target,
    finish,
    into_options,
    sheet_option,
)
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from kefen.lake.reading.plain_tables import PlainTable
    from kefen.methods.weights import Inconsistency


def ahp(
    *,
    file: Path | None,
    criteria: tuple[str, ...],
    save: Path | None,
    sheet: str | None,
    into: Path | None,
    scheme: str | None,
    group: str | None,
    total: Decimal | None,
    as_json: bool,
) -> None:
    """Find weights from pairwise judgements."""
    from kefen.grading.weighing import shown_ratio
    from kefen.lake.reading.plain_tables import read_plain_table
    from kefen.methods.weights import completed_matrix, pairwise_weights

    target = find_target(into, scheme, group)
    if file is not None:
        names, cells = _matrix(read_plain_table(file, sheet))
        matrix = completed_matrix(cells, names)
        _refuse_inconsistent(matrix, names)
    else:
        names, labels = _criteria(criteria, target)
        matrix = _ask_until_consistent(labels)
        if save is not None:
            _save(save, names, matrix)
    found = pairwise_weights(matrix)
    kept = file if file is not None else save
    finish(
        FoundWeights(
            "ahp",
            names,
            found.weights,
            say(Text("a dialogue", "对话")) if kept is None else kept.name,
            kept,
            consistency_ratio=shown_ratio(found.consistency_ratio),
            notes=(
                Text(
                    "Principal eigenvalue {e:.4f}, consistency ratio {r:.4f} (below 0.10 is "
                    "needed).",
                    "最大特征值 {e:.4f}，一致性比率 {r:.4f}（须小于 0.10）。",
                ).filled(e=found.eigenvalue, r=found.consistency_ratio),
            ),
        ),
        target,
        total,
        as_json=as_json,
    )


def _matrix(table: PlainTable) -> tuple[tuple[str, ...], list[list[float | None]]]:
    """Return the criteria and the cells of a matrix, whose first column may name the rows."""
    rows, headings = len(table.rows), table.headings
    named = not headings[0] or (len(headings) == rows + 1 and not _numbers(table))
    names = headings[1:] if named else headings
    cells = [
        [table.number(row, at) for at in range(int(named), len(headings))] for row in range(rows)
    ]
    if named:
        own = [row[0] for row in table.rows]
        if sorted(own) != sorted(names):
            raise DataError(
                Text("the rows are called {r}, the columns {c}", "行名为 {r}，列名为 {c}").filled(
                    r=", ".join(own), c=", ".join(names)
                ),
                where=table.name,
                mend=Text("Call both alike.", "请使行名与列名一致。"),
            )
        cells = [cells[own.index(name)] for name in names]
    return names, cells


def _numbers(table: PlainTable) -> bool:
    """Return whether the first column holds judgements, not the names of rows."""
    try:
        return any(table.number(row, 0) is not None for row in range(len(table.rows)))
    except DataError:
        return False


def _refuse_inconsistent(matrix: NDArray[np.float64], names: tuple[str, ...]) -> None:
    from kefen.methods.weights import most_inconsistent, pairwise_weights

    found = pairwise_weights(matrix)
    if found.consistent:
        return
    pair = most_inconsistent(matrix)
    raise DataError(
        Text(
            "the judgements contradict each other: consistency ratio {r:.4f}, and below 0.10 is "
            "needed",
            "判断前后矛盾：一致性比率为 {r:.4f}，须小于 0.10",
        ).filled(r=found.consistency_ratio),
        mend=_mend(pair, names)
        if pair is not None
        else Text("Judge the pairs anew.", "请重新判断。"),
    )


def _mend(pair: Inconsistency, names: tuple[str, ...]) -> Text:
    from kefen.methods.weights import CONSISTENT_BELOW

    said = Text(
        "The pair that contradicts the others most is “{a}” to “{b}”: {v}. From the others it "
        "would be about {m}, and the ratio {r:.4f}.{more}",
        "与其他判断最矛盾的一对是“{a}”比“{b}”：{v}。"
        "按其他判断应约为 {m}，此时比率为 {r:.4f}。{more}",
    )
    more = (
        Text("", "")
        if pair.ratio < CONSISTENT_BELOW
        else Text(
            " That alone is not enough: correct it, then look again.",
            "仅改这一处还不够：改后请再检查。",
        )
    )
    return said.filled(
        a=names[pair.first],
        b=names[pair.second],
        v=_judgement(pair.stated),
        m=pair.mend,
        r=pair.ratio,
        more=more,
    )


def _judgement(value: float) -> str:
    """Return a judgement as people write it: 3, 1/3, 2.5."""
    for number, pattern in ((value, "{n}"), (1 / value, "1/{n}")):
        if abs(number - round(number)) < 1e-9 and round(number) >= 1:
            return pattern.format(n=round(number))
    return f"{value:.4g}"


def _criteria(
    given: tuple[str, ...], target: Target | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the criteria to ask about, and what they are called when asked."""
    names = labels = given
    if not given and target is not None:
        names = tuple(one.id for one in target.part.indicators)
        labels = tuple(say(one.name) for one in target.part.indicators)
    if len(set(names)) < max(2, len(names)):
        raise CallError(
            Text("What is to be compared is not said.", "没有指明要比较的指标，或有重复。"),
            mend=Text(
                "Give a file with the matrix, --criterion for each criterion once, or a standard "
                "with --into.",
                "请给出矩阵文件，或逐个用 --criterion 列出指标（不重复），或用 --into 指定标准。",
            ),
        )
    return names, labels


def _ask_until_consistent(names: tuple[str, ...]) -> NDArray[np.float64]:
    from kefen.methods.weights import (
        completed_matrix,
        most_inconsistent,
        pairwise_weights,
    )

    size = len(names)
    cells: list[list[float | None]] = [[None] * size for _ in names]
    completed_matrix([[1.0] * size for _ in names], names)  # refuses too many before asking
    scale = Text(
        "1 alike, 3 somewhat, 5 clearly, 7 very, 9 far more important; 1/3 to 1/9 the other way.",
        "1 同等，3 稍，5 明显，7 很，9 极为重要；反之填 1/3 至 1/9。",
    )
    click.echo(say(scale), err=True)
    for first, second in combinations(range(size), 2):
        cells[first][second] = _ask(names[first], names[second])
    matrix = completed_matrix(cells, names)
    while not pairwise_weights(matrix).consistent:
        pair = most_inconsistent(matrix)
        if pair is None:  # without a pair to mend there is none to ask again
            _refuse_inconsistent(matrix, names)
            break
        click.echo(say(_mend(pair, names)), err=True)
        cells[pair.first][pair.second] = _ask(names[pair.first], names[pair.second])
        matrix = completed_matrix(cells, names)
    return matrix


def _ask(first: str, second: str) -> float:
    question = Text(
        "How much more important is “{a}” than “{b}”?", "“{a}”比“{b}”重要多少？"
    ).filled(a=first, b=second)
    while True:
        answer = str(click.prompt(say(question), err=True)).strip()
        try:
            value = Fraction(answer)
        except (ValueError, ZeroDivisionError):
            value = Fraction(0)
        if Fraction(1, 9) <= value <= 9:
            return float(value)
        again = Text("Write a number from 1/9 to 9.", "请填 1/9 至 9 之间的数。")
        click.echo(say(again), err=True)


def _save(path: Path, names: tuple[str, ...], matrix: NDArray[np.float64]) -> None:
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["", *names])
            for name, row in zip(names, matrix, strict=True):
                writer.writerow([name, *(_judgement(float(value)) for value in row)])
    except FileExistsError as error:
        raise CallError(
            Text("The file exists already.", "文件已存在。"),
            where=str(path),
            mend=Text("Choose another name.", "请换一个名称。"),
        ) from error


WEIGHT_COMMANDS = {
    "ahp": Command(
        "ahp",
        text=Text(
            "Weights by pairwise comparison (AHP).\n\n"
            "The file has a row and a column for each criterion; a cell says how much more "
            "important the row is than the column: 1 alike, 3 somewhat, 5 clearly, 7 very, 9 far; "
            "one half may stay empty. Without a file each pair is asked. Judgements with a "
            "consistency ratio of 0.10 or more are refused, with the pair to look at.",
            "层次分析法（AHP）赋权。\n\n"
            "文件中每个指标一行一列，单元格表示行比列重要多少：1 同等、3 稍、5 明显、7 很、9 极；"
            "可只填一半。不给文件则逐对提问。一致性比率达到 0.10 时拒绝，并指出应检查的一对。",
        ),
        callback=ahp,
        parameters=[
            file_argument(Text("The matrix: CSV or Excel.", "判断矩阵：CSV 或 Excel。")),
            Option(
                "--criterion",
                "criteria",
                text=Text(
                    "Without a file: a criterion to ask about; repeat for each.",
                    "不给文件时：要提问的指标，可重复。",
                ),
                metavar=NAME,
                default_text=Text("the indicators of the scheme", "方案的指标项"),
                multiple=True,
            ),
            options.path_option(
                "--save",
                Text(
                    "Without a file: keep the answers as a matrix in this CSV file.",
                    "不给文件时：把回答存为此 CSV 矩阵文件。",
                ),
            ),
            sheet_option(),
            *into_options(),
            options.json_option(),
        ],
        examples=(
            Example("kefen weights ahp pairs.csv", Text("From a matrix", "由判断矩阵得出")),
            Example(
                "kefen weights ahp --save pairs.csv --into ours.yaml --scheme value_index",
                Text("Asked pair by pair, written into a standard", "逐对提问，并写入标准"),
            ),
        ),
    ),
}
