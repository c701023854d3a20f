"""`kefen weights entropy` and `critic`: weights from how values spread in a file or a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.language import say
from kefen.cli.stored import find_run
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
from kefen.cli.why import run_option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kefen.grading.weighing import Values
    from kefen.standards.model import WeightMethod


def data_options() -> list[Option]:
    """Return the options that say which values are looked at."""
    return [
        Option(
            "--column",
            "columns",
            text=Text(
                "A criterion: a column of the file, or a metric of the run; repeat for each.",
                "指标：文件的列，或评级结果中的指标；可重复。",
            ),
            metavar=NAME,
            default_text=Text(
                "the indicators of the scheme, else every column of numbers",
                "方案的指标项，否则为全部数值列",
            ),
            multiple=True,
        ),
        Option(
            "--id",
            "key",
            text=Text("The column that names the customer.", "客户编号所在的列。"),
            metavar=NAME,
            default_text=Text("the first other column", "其余列中的第一列"),
        ),
        sheet_option(),
        run_option(),
        options.book_option(),
    ]


def cost_option() -> Option:
    """Return `--cost`, which may be repeated."""
    return Option(
        "--cost",
        "costs",
        text=Text(
            "A criterion of which less is better; repeat for each.", "越小越好的指标；可重复。"
        ),
        metavar=NAME,
        multiple=True,
    )


def find_values(
    file: Path | None,
    columns: Sequence[str],
    target: Target | None,
    *,
    key: str | None,
    sheet: str | None,
    run: str | None,
    book: Path | None,
) -> tuple[Values, str, Path | None]:
    """Return the values a call means, what they come from, and the file they are in.

    Raises:
        CallError: Both a file and a run are named, or a column or metric is not there.
        DataError: A cell is no number.
    """
    from kefen.grading.outputs import METRICS_FILE
    from kefen.grading.weighing import criteria_of, values_of_run, values_of_table
    from kefen.lake.reading.plain_tables import read_plain_table

    wanted = criteria_of(target.part) if target is not None and not columns else None
    if file is not None:
        if run is not None or book is not None:
            raise CallError(
                Text("Both a file and a run are named.", "同时给出了文件和评级结果。"),
                mend=Text("Give one of them.", "请二选一。"),
            )
        table = read_plain_table(file, sheet)
        if wanted is not None:
            heads = {head.casefold() for head in table.headings}
            columns = [one if one.casefold() in heads else wanted[one] for one in wanted]
        return values_of_table(table, columns, key), file.name, file
    stored, _ = find_run(run, book)
    scheme = target.part.scheme.id if target is not None else None
    metrics = wanted if wanted is not None else {one: one for one in columns}
    if not metrics:
        raise CallError(
            Text("Which metrics are meant is not said.", "没有指明指标。"),
            where="--column",
            mend=Text("Name each with --column.", "请用 --column 逐个列出。"),
        )
    values = values_of_run(stored, metrics, scheme)
    source = Text("run {r}, as of {d}", "评级结果 {r}，评级日 {d}").filled(
        r=stored.directory.name, d=stored.as_of.isoformat()
    )
    return values, say(source), stored.directory / METRICS_FILE


def check_costs(costs: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a cost that is no criterion.

    Raises:
        CallError: It is none.
    """
    for cost in costs:
        if cost not in names:
            raise CallError(
                Text("“{c}” is no criterion.", "“{c}”不是指标。").filled(c=cost),
                where="--cost",
                mend=Text("Criteria: {n}.", "指标：{n}。").filled(n=", ".join(names)),
            )


def notes_on(values: Values) -> tuple[Text, ...]:
    """Return on how many customers something rests, and how many were left out."""
    rests = Text("From {n} {n:customer|customers}.", "依据 {n} 个客户。").filled(n=len(values.ids))
    if not values.left_out:
        return (rests,)
    left = Text(
        "{n} {n:customer lacks|customers lack} a value and {n:is|are} left out.",
        "另有 {n} 个客户缺少数值，未计入。",
    )
    return (rests, left.filled(n=values.left_out))


def entropy(**given: Any) -> None:
    """Find weights by entropy."""
    from kefen.methods.weights import entropy_weights

    _weigh("entropy", given, (), lambda values, costs: entropy_weights(values.values, values.names))


def critic(*, costs: tuple[str, ...], **given: Any) -> None:
    """Find weights by CRITIC."""
    from kefen.methods.weights import critic_weights

    _weigh(
        "critic",
        given,
        costs,
        lambda values, costs: critic_weights(values.values, values.names, costs),
    )


def _weigh(
    method: WeightMethod,
    given: dict[str, Any],
    costs: tuple[str, ...],
    weigh: Callable[[Values, tuple[str, ...]], tuple[float, ...]],
) -> None:
    target = find_target(given["into"], given["scheme"], given["group"])
    values, source, kept = find_values(
        given["file"],
        given["columns"],
        target,
        **{name: given[name] for name in ("key", "sheet", "run", "book")},
    )
    check_costs(costs, values.names)
    weights = weigh(values, costs)
    finish(
        FoundWeights(
            method,
            values.names,
            weights,
            source,
            kept,
            cases=len(values.ids),
            notes=(*notes_on(values), *_idle(values.names, weights)),
        ),
        target,
        given["total"],
        as_json=given["as_json"],
    )


def _idle(names: Sequence[str], weights: Sequence[float]) -> tuple[Text, ...]:
    idle = [name for name, weight in zip(names, weights, strict=True) if weight == 0]
    if not idle:
        return ()
    said = Text(
        "No weight, for it does not tell customers apart: {i}.", "权重为零（不区分客户）：{i}。"
    )
    return (said.filled(i=", ".join(idle)),)


_FILE = Text(
    "The values: CSV, Excel or Parquet; without it those of a run.",
    "数值表：CSV、Excel 或 Parquet；不写则取评级结果中的数值。",
)

WEIGHT_COMMANDS = {
    "entropy": Command(
        "entropy",
        text=Text(
            "Weights by entropy: the more unevenly a criterion is spread over customers, the more "
            "it weighs.\n\nValues may not be below zero. What everybody has alike weighs nothing. "
            "Customers that lack a value are left out and counted.",
            "熵权法：指标在客户间分布越不均，权重越大。\n\n"
            "数值不得为负；人人相同的指标权重为零；缺少数值的客户不计入，并报告其数。",
        ),
        callback=entropy,
        parameters=[file_argument(_FILE), *data_options(), *into_options(), options.json_option()],
        examples=(
            Example(
                "kefen weights entropy values.csv", Text("Every column of numbers", "全部数值列")
            ),
            Example(
                "kefen weights entropy --run results --into ours.yaml --scheme value_index",
                Text(
                    "From the customers that a run graded, into a standard",
                    "由评级结果中的客户得出，并写入标准",
                ),
            ),
        ),
    ),
    "critic": Command(
        "critic",
        text=Text(
            "Weights by CRITIC: a criterion weighs by its spread, and by how little it says what "
            "others say already.\n\nValues are scaled from the worst to the best; --cost names "
            "those of which less is better.",
            "CRITIC 法：指标的权重取决于其差异大小，以及与其他指标的重复程度（越少重复越大）。\n\n"
            "数值先按最差到最好折算；越小越好的用 --cost 列出。",
        ),
        callback=critic,
        parameters=[
            file_argument(_FILE),
            cost_option(),
            *data_options(),
            *into_options(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen weights critic values.csv --cost days_late",
                Text("Lateness counts the other way round", "逾期天数越少越好"),
            ),
        ),
    ),
}
