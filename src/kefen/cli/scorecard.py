"""`kefen scorecard`: a statistical scorecard, fitted on labelled history, as a standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import check_file
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.methods.scorecard import Column


def scorecard(
    *,
    file: Path,
    target: str,
    bad: str,
    out: Path | None,
    leave_out: tuple[str, ...],
    double: int | None,
    score: int | None,
    odds: int | None,
    as_json: bool,
) -> None:
    """Fit a scorecard on labelled history and write it as a standard."""
    from kefen.grading.scorecard_standard import standard_of
    from kefen.methods.errors import NotEstimableError
    from kefen.methods.scorecard import Scorecard, discrimination, out_of_fold
    from kefen.standards.reader import read_standard

    check_file(file)
    if out is not None and out.exists():
        raise CallError(
            Text("“{p}” exists already", "“{p}”已存在").filled(p=out),
            where="--out",
            mend=Text("Choose another file.", "请换一个文件名。"),
        )
    columns = _columns(file)
    labels = _labels(columns, target, bad, file)
    kept = {n: v for n, v in columns.items() if n != target and n not in leave_out}
    card = Scorecard(double or 20, score or 600, float(odds or 50))
    try:
        card.fit(kept, labels)
        judged = out_of_fold(card, kept, labels)
    except NotEstimableError as error:
        raise DataError(
            error.reason,
            where=str(file),
            mend=Text("Give more labelled history.", "请提供更多已标注的历史。"),
        ) from error
    fitted = discrimination(card.score(kept), labels)
    if out is not None:
        text = standard_of(card, kept, labels, judged, name=_code(out), source=file.name)
        read_standard(text, out.name)
        out.write_text(text, encoding="utf-8")
    figures = {
        "cases": len(labels),
        "bad": int(labels.sum()),
        "auc": round(judged.area, 4),
        "ks": round(judged.distance, 4),
        "gini": round(judged.gini, 4),
        "auc_fitted": round(fitted.area, 4),
        "start": card.start_,
        "information": {c.name: round(c.information, 6) for c in card.characteristics_},
        "left_out": {name: round(value, 6) for name, value in card.left_out_.items()},
        "out": None if out is None else str(out),
    }
    if as_json:
        print_json(figures)
    else:
        _tell(figures)


def _columns(file: Path) -> dict[str, Column]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    try:
        table = (
            pq.read_table(file) if file.suffix.lower() == ".parquet" else pyarrow.csv.read_csv(file)
        )
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(
            Text("the file cannot be read: {e}", "文件无法读取：{e}").filled(e=error),
            where=str(file),
            mend=Text(
                "Give CSV in UTF-8 with headings, or Parquet.",
                "请提供 UTF-8 带表头的 CSV 或 Parquet。",
            ),
        ) from error
    found: dict[str, Column] = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            values = [np.nan if v is None else float(v) for v in column.to_pylist()]
            found[name] = np.array(values, dtype=np.float64)
        else:
            texts = [None if v is None or v == "" else str(v) for v in column.to_pylist()]
            found[name] = np.array(texts, dtype=object)
    return found


def _labels(columns: dict[str, Column], target: str, bad: str, file: Path) -> Column:
    import numpy as np

    if target not in columns:
        raise CallError(
            Text("there is no column “{c}”", "没有列“{c}”").filled(c=target),
            where="--target",
            mend=Text("Columns: {c}.", "列：{c}。").filled(c=", ".join(columns)),
        )
    values = [_word(value) for value in columns[target].tolist()]
    if any(value is None for value in values):
        raise DataError(
            Text("cases without a label: {n}", "未标注的样本：{n}").filled(n=values.count(None)),
            where=str(file),
            mend=Text("Take them out first.", "请先剔除。"),
        )
    if bad not in values:
        raise CallError(
            Text("“{b}” is no value of “{c}”", "“{b}”不是“{c}”的取值").filled(b=bad, c=target),
            where="--bad",
            mend=Text("Its values: {v}.", "其取值：{v}。").filled(
                v=", ".join(sorted({str(v) for v in values})[:10])
            ),
        )
    return np.array([int(value == bad) for value in values], dtype=np.int64)


def _word(value: Any) -> str | None:
    if value is None or value != value:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _code(out: Path) -> str:
    code = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in out.stem)
    return code.strip("-") if code[:1].isalpha() else "scorecard"


def _tell(figures: dict[str, Any]) -> None:
    for text in (
        Text("{cases} cases, {bad} bad", "{cases} 个样本，{bad} 个坏样本").filled(**figures),
        Text(
            "Out of fold: AUC {auc}, KS {ks}, Gini {gini} (fitted: AUC {auc_fitted})",
            "样本外：AUC {auc}，KS {ks}，Gini {gini}（拟合样本 AUC {auc_fitted}）",
        ).filled(**figures),
    ):
        click.echo(say(text))
    for name, value in figures["information"].items():
        click.echo(f"  {name}: {value}")
    if figures["left_out"]:
        click.echo(
            say(
                Text("Too little information, left out: {c}", "信息量过少，未采用：{c}").filled(
                    c=", ".join(figures["left_out"])
                )
            )
        )
    if figures["out"] is not None:
        click.echo(
            say(
                Text(
                    "The standard is in {f}: kefen standard explain {f}",
                    "标准已写入 {f}：kefen standard explain {f}",
                ).filled(f=figures["out"])
            )
        )


COMMANDS = {
    "scorecard": Command(
        "scorecard",
        text=Text(
            "Fit a statistical scorecard on labelled history and write it as a standard.\n\n"
            "Weights of evidence (WOE), a logistic regression, and whole points: the standard "
            "explains like any other. AUC, KS and Gini are of cases held out in five folds.",
            "据已标注的历史拟合统计评分卡，并写成标准。\n\n"
            "证据权重（WOE）、逻辑回归、整数分值：所得标准与其他标准一样可解释。"
            "AUC、KS、Gini 均为五折样本外结果。",
        ),
        callback=scorecard,
        parameters=[
            Argument(
                "file",
                text=Text("CSV or Parquet, a row a case.", "CSV 或 Parquet，每行一个样本。"),
                metavar=options.FILE,
                type=options.PATH_TYPE,
            ),
            Option(
                "--target",
                text=Text("The column that says how it went.", "标注结果的列。"),
                metavar=Text("COLUMN", "列"),
                required=True,
            ),
            Option(
                "--bad",
                text=Text("The value of bad cases.", "表示坏样本的取值。"),
                metavar=Text("VALUE", "值"),
                default="1",
                default_text=Text.same("1"),
            ),
            options.path_option(
                "--out", Text("File for the standard.", "存放标准的文件。"), metavar=options.FILE
            ),
            Option(
                "--leave-out",
                text=Text(
                    "A column not to use, such as an id. Repeat for several.",
                    "不使用的列，例如编号。可重复。",
                ),
                metavar=Text("COLUMN", "列"),
                multiple=True,
            ),
            Option(
                "--double",
                text=Text("Points that double the odds (PDO).", "使好坏比翻倍的分值（PDO）。"),
                metavar=Text("NUMBER", "数"),
                default_text=Text.same("20"),
                type=options.NUMBER_TYPE,
            ),
            Option(
                "--score",
                text=Text("The score at the base odds.", "基准好坏比对应的得分。"),
                metavar=Text("NUMBER", "数"),
                default_text=Text.same("600"),
                type=options.NUMBER_TYPE,
            ),
            Option(
                "--odds",
                text=Text(
                    "The base odds: so many good to one bad.",
                    "基准好坏比：几个好样本对一个坏样本。",
                ),
                metavar=Text("NUMBER", "数"),
                default_text=Text.same("50"),
                type=options.NUMBER_TYPE,
            ),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen scorecard history.csv --target went --bad bad --out card.yaml",
                Text("A standard from history", "由历史得到标准"),
            ),
        ),
    )
}
