"""`kefen methods loss`: the probability to lose a customer, from a file where it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from kefen.methods.loss import Tenth

_NAME = Text("COLUMN", "列")
_SHOWN = 3


def loss(
    *,
    file: Path,
    lost: str,
    value: str,
    key: str | None,
    without: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Learn, hold against customers not learned from, and explain."""
    from kefen.methods.errors import NotEstimableError
    from kefen.methods.loss import LossProbability, calibration, out_of_fold
    from kefen.methods.ranking import area_under_curve

    table = _read(file)
    for name in (lost, *((key,) if key else ()), *without):
        _check_column(table, name)
    known = _as_texts(table[lost])
    if value not in known:
        raise CallError(
            Text("no row of {c} is “{v}”", "列 {c} 中没有“{v}”").filled(c=lost, v=value),
            where="--value",
            mend=Text("There are: {a}.", "取值有：{a}。").filled(
                a=", ".join(sorted({one or "" for one in known})[:10])
            ),
        )
    left_out = {lost, key, *without}
    columns = {name: _column(table[name]) for name in table.column_names if name not in left_out}
    import numpy as np

    gone = np.array([one == value for one in known])
    model = LossProbability()
    try:
        held = out_of_fold(model, columns, gone)
        model.fit(columns, gone)
    except NotEstimableError as error:
        raise DataError(
            Text("nothing can be learned: {r}", "无法学习：{r}").filled(r=error.reason),
            where=str(file),
            mend=Text(
                "Give more customers, or leave columns out with --without.",
                "请提供更多客户，或用 --without 去掉部分列。",
            ),
        ) from error
    parts = model.contributions(columns)
    area, tenths = area_under_curve(held, gone), calibration(held, gone)
    ids = _as_texts(table[key]) if key else [str(n + 1) for n in range(len(known))]
    if out is not None:
        _write(out, ids, held, model.probability(columns), parts, model.columns_)
    strength = np.abs(parts).mean(axis=0)
    order = np.argsort(-strength, kind="stable")
    if as_json:
        print_json(
            {
                "customers": len(gone),
                "lost": int(gone.sum()),
                "auc_out_of_fold": area,
                "calibration": [
                    {"customers": t.customers, "foretold": t.foretold, "lost": t.lost}
                    for t in tenths
                ],
                "columns": [
                    {"column": model.columns_[n], "mean_contribution": float(strength[n])}
                    for n in order
                ],
            }
        )
        return
    _tell(len(gone), int(gone.sum()), area, tenths)
    _tell_columns([(model.columns_[n], float(strength[n])) for n in order[:10]])
    _tell_highest(ids, model.probability(columns), parts, model.columns_)


def _read(file: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    try:
        if file.suffix == ".parquet":
            return pq.read_table(file)
        with csv.open_csv(file) as opened:
            names = opened.schema.names
        # As text: an id keeps its leading zeros, and numbers are told by all of a column.
        as_text = csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True
        )
        return csv.read_csv(file, convert_options=as_text)
    except FileNotFoundError as error:
        raise CallError(
            Text("there is no file “{p}”", "没有文件“{p}”").filled(p=file),
            mend=Text("Check the path.", "请检查路径。"),
        ) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            Text("this cannot be read as a table", "无法作为表格读取"),
            where=str(file),
            mend=Text("Give UTF-8 CSV or Parquet.", "请提供 UTF-8 的 CSV 或 Parquet。"),
        ) from error


def _check_column(table: pa.Table, name: str) -> None:
    if name not in table.column_names:
        raise CallError(
            Text("there is no column “{c}”", "没有列“{c}”").filled(c=name),
            mend=Text("Columns: {a}.", "现有列：{a}。").filled(a=", ".join(table.column_names)),
        )


def _as_texts(column: pa.ChunkedArray) -> list[str | None]:
    return [None if one is None else str(one) for one in column.to_pylist()]


def _column(column: pa.ChunkedArray) -> npt.NDArray[np.generic]:
    """Return a column as numbers where it holds such, also as text; else as classes."""
    import numpy as np

    values = column.to_pylist()
    numbers = []
    for one in values:
        text = "" if one is None else str(one).strip()
        try:
            numbers.append(float(text) if text else float("nan"))
        except ValueError:
            return np.array([None if v is None else str(v) for v in values], dtype=object)
    return np.array(numbers, dtype=np.float64)


def _write(
    out: Path,
    ids: Sequence[str | None],
    held: npt.NDArray[np.float64],
    fitted: npt.NDArray[np.float64],
    parts: npt.NDArray[np.float64],
    names: Sequence[str],
) -> None:
    import csv

    if out.exists():
        raise CallError(
            Text("“{p}” exists already", "“{p}”已存在").filled(p=out),
            where="--out",
            mend=Text("Name another file.", "请换一个文件名。"),
        )
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer_id", "probability_out_of_fold", "probability", *names])
        for row in range(len(ids)):
            figures = (held[row], fitted[row], *parts[row])
            writer.writerow([ids[row], *(f"{figure:.4f}" for figure in figures)])


def _tell(customers: int, lost: int, area: float, tenths: Sequence[Tenth]) -> None:
    from kefen.cli.terminal import console, count, plain_table, print_prose

    screen = console()
    screen.print()
    print_prose(
        screen,
        say(
            Text(
                "{n} customers, {m} lost. Out of fold the AUC is {a:.4f}: the probability that of "
                "one lost and one kept customer the lost one has the higher figure.",
                "{n} 位客户，{m} 位流失。折外 AUC 为 {a:.4f}：任取一位流失与一位留存客户，"
                "前者数值更高的概率。",
            ).filled(n=count(customers), m=count(lost), a=area)
        ),
    )
    table = plain_table()
    for heading in (
        Text("Tenth", "十分位"),
        Text("customers", "客户数"),
        Text("foretold", "预测"),
        Text("lost", "实际流失"),
    ):
        table.add_column(say(heading), justify="right")
    for place, tenth in enumerate(tenths, 1):
        table.add_row(
            str(place),
            count(tenth.customers),
            f"{100 * tenth.foretold:.1f} %",
            f"{100 * tenth.lost:.1f} %",
        )
    screen.print(table)


def _tell_columns(strongest: Sequence[tuple[str, float]]) -> None:
    from kefen.cli.layout import definition_list
    from kefen.cli.terminal import console

    screen = console()
    screen.print(say(Text("What moves it most (log-odds, mean)", "影响最大者（对数几率，平均）")))
    for line in definition_list([(name, f"{size:.3f}") for name, size in strongest], screen.width):
        screen.print(line)


def _tell_highest(
    ids: Sequence[str | None],
    fitted: npt.NDArray[np.float64],
    parts: npt.NDArray[np.float64],
    names: Sequence[str],
) -> None:
    import numpy as np

    from kefen.cli.layout import definition_list
    from kefen.cli.terminal import console

    screen = console()
    screen.print(say(Text("Most in danger, and why", "最可能流失的客户及原因")))
    rows = []
    for place in np.argsort(-fitted, kind="stable")[:_SHOWN]:
        why = np.argsort(-parts[place], kind="stable")[:_SHOWN]
        said = ", ".join(f"{names[n]} {parts[place, n]:+.2f}" for n in why)
        rows.append((str(ids[place]), f"{100 * fitted[place]:.1f} %: {said}"))
    for line in definition_list(rows, screen.width):
        screen.print(line)


def _command() -> Command:
    parameters: list[Any] = [
        Argument(
            "file",
            text=Text("Customers: UTF-8 CSV or Parquet.", "客户表：UTF-8 的 CSV 或 Parquet。"),
            metavar=options.FILE,
            type=options.PATH_TYPE,
        ),
        Option(
            "--lost",
            text=Text("The column that says who was lost.", "标明是否流失的列。"),
            metavar=_NAME,
            required=True,
        ),
        Option(
            "--value",
            text=Text("What it says of those who were lost.", "流失客户在该列的取值。"),
            metavar=Text("VALUE", "取值"),
            default="Yes",
            show_default=True,
        ),
        Option(
            "--key",
            text=Text("The column with the customer's id.", "客户编号所在列。"),
            metavar=_NAME,
        ),
        Option(
            "--without",
            text=Text("A column not to learn from; repeat.", "不参与学习的列；可重复。"),
            metavar=_NAME,
            multiple=True,
        ),
        options.path_option(
            "--out",
            Text("Write every customer with its contributions.", "写出每位客户及各列的贡献。"),
        ),
        options.json_option(),
    ]
    return Command(
        "loss",
        text=Text(
            "Learn the probability to lose a customer from a file where it is known.\n\n"
            "A logistic regression: each column adds its part to the log-odds, so that every "
            "probability is explained exactly. Told are the AUC and the calibration on customers "
            "that were not learned from (five folds). Columns that were filled in because "
            "somebody left must be left out with --without.",
            "由已知去留的客户表学习流失概率。\n\n"
            "采用逻辑回归：各列对对数几率的贡献相加，因此每个概率都能精确解释。"
            "给出的 AUC 与校准均基于未参与学习的客户（五折）。"
            "因客户离开才填写的列，须用 --without 去掉。",
        ),
        callback=loss,
        parameters=parameters,
        examples=(
            Example(
                "kefen methods loss customers.csv --lost churned --value 1 --key customer_id",
                Text("From a table of customers", "由客户表学习"),
            ),
        ),
    )


LOSS_COMMANDS = {"loss": _command()}
