"""`kefen weights topsis`: customers ranked by how close they are to the best of all."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.standard import scheme_option
from kefen.cli.tree import Command, Example, Option
from kefen.cli.weights_data import check_costs, cost_option, data_options, find_values, notes_on
from kefen.cli.weights_shared import file_argument, find_target, read_numbers, weight_option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.grading.weighing import Values
    from kefen.methods.weights import Ranking

_SHOWN = 20


def topsis(
    *,
    file: Path | None,
    given: tuple[tuple[str, float], ...],
    like: Path | None,
    scheme: str | None,
    costs: tuple[str, ...],
    key: str | None,
    sheet: str | None,
    run: str | None,
    book: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Rank customers by TOPSIS."""
    from kefen.methods.weights import topsis as rank

    target = find_target(like, scheme, None)
    names, weights = read_numbers(given)
    if (target is None) == (not given):
        raise CallError(
            Text(
                "Which criteria count, and how much, is not said.", "没有指明哪些指标、各占多少。"
            ),
            mend=Text(
                "Give --weight NAME=NUMBER for each criterion, or a standard with --like.",
                "请为每个指标写 --weight 名称=数值，或用 --like 指定标准。",
            ),
        )
    if target is not None and target.part.total is None:
        raise CallError(
            Text("{s} has no weights", "{s}没有权重").filled(s=target.part.scheme.name),
            where="--like",
            mend=Text("Give them with --weight.", "请用 --weight 给出。"),
        )
    values, _, _ = find_values(file, names, target, key=key, sheet=sheet, run=run, book=book)
    if target is not None:
        weights = tuple(float(one.weight or 0) for one in target.part.indicators)
    check_costs(costs, values.names)
    if not any(weights):
        raise CallError(
            Text("No criterion has a weight above zero.", "没有权重大于零的指标。"),
            where="--weight",
            mend=Text("Correct the weights.", "请更正权重。"),
        )
    ranking = rank(values.values, weights, values.names, costs)
    if out is not None:
        _write(out, values, ranking)
    if as_json:
        print_json(
            {
                "customers": [
                    {"customer_id": one, "closeness": closeness, "rank": place}
                    for place, closeness, one in _ordered(values, ranking)
                ],
                "left_out": values.left_out,
                "out": None if out is None else str(out),
            }
        )
    else:
        _show(values, ranking, out)


def _ordered(values: Values, ranking: Ranking) -> list[tuple[int, float, str]]:
    return sorted(zip(ranking.ranks, ranking.closeness, values.ids, strict=True))


def _write(out: Path, values: Values, ranking: Ranking) -> None:
    try:
        with out.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["customer_id", "closeness", "rank"])
            for place, closeness, one in _ordered(values, ranking):
                writer.writerow([one, f"{closeness:.6f}", place])
    except FileExistsError as error:
        raise CallError(
            Text("The file exists already.", "文件已存在。"),
            where=str(out),
            mend=Text("Choose another name.", "请换一个名称。"),
        ) from error


def _show(values: Values, ranking: Ranking, out: Path | None) -> None:
    from kefen.cli.terminal import console, plain_table, print_prose

    screen = console()
    screen.print()
    screen.print(
        say(Text("Closest to the best of all (TOPSIS)", "最接近理想解（TOPSIS）")), style="bold"
    )
    table = plain_table()
    for heading, right in (
        (Text("Rank", "名次"), True),
        (Text("customer", "客户"), False),
        (Text("closeness", "贴近度"), True),
    ):
        table.add_column(say(heading), justify="right" if right else "left", overflow="fold")
    ordered = _ordered(values, ranking)
    for place, closeness, one in ordered[:_SHOWN]:
        table.add_row(str(place), one, f"{closeness:.4f}")
    screen.print(table)
    if len(ordered) > _SHOWN:
        more = Text("… and {n} more: --out FILE.", "……另有 {n} 个：加 --out 文件。")
        print_prose(screen, say(more.filled(n=len(ordered) - _SHOWN)), "dim")
    for note in notes_on(values):
        print_prose(screen, say(note), "dim")
    if out is not None:
        print_prose(screen, say(Text("All of them are in {f}.", "全部名次见 {f}。").filled(f=out)))


def _like_options() -> list[Option]:
    return [
        options.path_option(
            "--like",
            Text(
                "Take criteria and weights from a scheme of this standard.",
                "取该标准中某方案的指标与权重。",
            ),
        ),
        scheme_option(),
    ]


WEIGHT_COMMANDS = {
    "topsis": Command(
        "topsis",
        text=Text(
            "Rank customers by how close they are to the best of all and how far from the worst "
            "(TOPSIS).\n\nA ranking is no grade: it changes with whoever is in the table. Equal "
            "customers share a rank.",
            "按与最优、最劣的距离为客户排序（TOPSIS）。\n\n"
            "排序不是等级：表中客户变化，名次随之变化。相同的客户名次相同。",
        ),
        callback=topsis,
        parameters=[
            file_argument(
                Text(
                    "The values: CSV, Excel or Parquet; without it those of a run.",
                    "数值表：CSV、Excel 或 Parquet；不写则取评级结果中的数值。",
                )
            ),
            weight_option(
                Text("A criterion and its weight; repeat for each.", "指标及其权重；可重复。")
            ),
            *_like_options(),
            cost_option(),
            *(one for one in data_options() if one.name != "columns"),
            options.path_option(
                "--out", Text("Write all ranks to this CSV file.", "把全部名次写入此 CSV 文件。")
            ),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen weights topsis values.csv --weight revenue=3 --weight days_late=1 "
                "--cost days_late",
                Text("From a file", "由文件得出"),
            ),
        ),
    ),
}
