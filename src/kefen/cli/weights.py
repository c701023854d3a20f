"""`kefen weights`: the group, and the weights of experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.cli import options
from kefen.cli.language import say
from kefen.cli.tree import Command, Example, Group
from kefen.cli.weights_shared import (
    FoundWeights,
    file_argument,
    find_target,
    finish,
    into_options,
    read_numbers,
    sheet_option,
    weight_option,
)
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path


def expert(
    *,
    file: Path | None,
    given: tuple[tuple[str, float], ...],
    sheet: str | None,
    into: Path | None,
    scheme: str | None,
    group: str | None,
    total: Decimal | None,
    as_json: bool,
) -> None:
    """Find weights from what experts give."""
    import numpy as np

    from kefen.grading.weighing import shown_ratio, values_of_table
    from kefen.lake.reading.plain_tables import read_plain_table
    from kefen.methods.weights import panel_weights

    if (file is None) == (not given):
        raise CallError(
            Text("Give a file, or weights.", "请给出文件，或直接给出权重（二选一）。"),
            mend=Text(
                "Such as: kefen weights expert panel.csv; or: "
                "kefen weights expert --weight revenue=60 --weight margin=40",
                "例如：kefen weights expert panel.csv，或 "
                "kefen weights expert --weight revenue=60 --weight margin=40",
            ),
        )
    target = find_target(into, scheme, group)
    notes: list[Text] = []
    if file is None:
        names, numbers = read_numbers(given)
        points = np.array([numbers])
        experts: tuple[str, ...] = (say(Text("the call", "命令")),)
        source = say(Text("as agreed", "议定"))
    else:
        values = values_of_table(read_plain_table(file, sheet), (), None)
        names, points, experts = values.names, values.values, values.ids
        source = file.name
        if values.left_out:
            notes.append(
                Text(
                    "{n} {n:expert is|experts are} left out, for a value is missing.",
                    "{n} 位专家有缺项，未计入。",
                ).filled(n=values.left_out)
            )
    found = panel_weights(points, experts, names)
    if found.agreement is not None:
        notes.append(_agreement(found.agreement))
    finish(
        FoundWeights(
            "expert",
            names,
            found.weights,
            source,
            file,
            agreement=shown_ratio(found.agreement),
            cases=found.experts if file is not None else None,
            notes=tuple(notes),
        ),
        target,
        total,
        as_json=as_json,
    )


def _agreement(agreement: float) -> Text:
    return Text(
        "The experts agree with W = {w:.4f} (Kendall: 0 not at all, 1 they rank alike).",
        "专家意见的一致程度 W = {w:.4f}（肯德尔系数：0 为完全不一致，1 为排序完全相同）。",
    ).filled(w=agreement)


WEIGHT_COMMANDS = {
    "expert": Command(
        "expert",
        text=Text(
            "Weights that experts give.\n\n"
            "In a file one row is an expert and one column a criterion; each expert's points "
            "count as parts of their own sum, the weights are the mean, and how far the experts "
            "agree is told (Kendall's W).",
            "专家法赋权。\n\n"
            "文件中一行一位专家、一列一个指标；各专家的分值先折算为占其合计的比例，"
            "取平均为权重，并给出意见的一致程度（肯德尔 W）。",
        ),
        callback=expert,
        parameters=[
            file_argument(
                Text("The points of a panel: CSV or Excel.", "专家打分表：CSV 或 Excel。")
            ),
            weight_option(
                Text("A weight as agreed; repeat for each.", "议定的权重；每个指标写一次。")
            ),
            sheet_option(),
            *into_options(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen weights expert panel.csv", Text("From a panel's points", "由专家打分表得出")
            ),
            Example(
                "kefen weights expert --weight revenue=60 --weight margin=40 "
                "--into ours.yaml --scheme value_index",
                Text("As agreed, written into a standard", "按议定的权重写入标准"),
            ),
        ),
    ),
}


def _in_module(module: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, f"kefen.cli.{module}:WEIGHT_COMMANDS")


COMMANDS = {
    "weights": Group(
        "weights",
        text=Text(
            "Find weights of criteria, and write them into a standard.",
            "确定指标权重，并写入分类标准。",
        ),
        sections=(
            (
                Text("From people", "由人判断"),
                _in_module("weights", "expert") | _in_module("weights_pairs", "ahp"),
            ),
            (Text("From data", "由数据得出"), _in_module("weights_data", "entropy", "critic")),
            (Text("Rank with them", "按权重排序"), _in_module("weights_rank", "topsis")),
        ),
    )
}
