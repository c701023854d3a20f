"""`kefen traits`: what a product's buyers, an industry or a size of customers have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import book_data, find_data, named_files
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.progress import steps
from kefen.cli.stored import find_run
from kefen.cli.tree import Command, Example, Option
from kefen.cli.why import run_option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset
    from kefen.reports.common_traits import CommonTrait, Side
    from kefen.reports.population import Population


def traits(
    *,
    category: str | None,
    product: str | None,
    industry: str | None,
    size: str | None,
    run: str | None,
    book: Path | None,
    memory: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Tell what the customers of a class have in common."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.grade import STAGES, grade
    from kefen.reports.common_traits import buyer_traits, common_traits
    from kefen.reports.population import population

    asked: dict[Side, str | None] = {
        "category": category,
        "product": product,
        "industry": industry,
        "size": size,
    }
    named = [(side, value) for side, value in asked.items() if value is not None]
    if len(named) > 1:
        raise CallError(
            Text("These are several questions at once.", "一次只能问一项。"),
            mend=Text(
                "Give one of --category, --product, --industry, --size, or none.",
                "请在 --category、--product、--industry、--size 中只给一项，或都不给。",
            ),
        )
    files = find_data(book, given) if named_files(given) else None
    stored, opened = find_run(run, book)
    if files is None and opened is None:
        raise CallError(
            Text(
                "This folder holds results, not the orders they come from.",
                "该目录只有结果，没有订单。",
            ),
            where="--run",
            mend=Text(
                "Give the files again: kefen traits --run DIR --customers F --orders F.",
                "请重新给出文件：kefen traits --run 目录 --customers 文件 --orders 文件。",
            ),
        )
    with (
        DuckDBEngine(memory_limit=memory or options.DEFAULT_MEMORY) as engine,
        steps(len(STAGES) + (0 if files is None else files.steps), shown=not as_json) as begin,
    ):
        if files is not None:
            dataset = files.read(engine, begin)
            _refuse_other_files(stored, dataset)
        else:
            assert opened is not None  # noqa: S101  refused above
            rates = book_data(opened, given).rates or opened.rates.of(stored.record)
            dataset = opened.dataset(engine, stored.record["lake_versions"], rates=rates)
        graded = grade(
            dataset,
            stored.standard,
            stored.as_of,
            calibration=stored.calibration,
            on_stage=lambda stage: begin(STAGES[stage]),
        )
        with population(graded) as people, buyer_traits(people, product):
            sides: list[tuple[Side, str | None]] = list(named) or [
                ("category", None),
                ("industry", None),
                ("size", None),
            ]
            found = [(side, common_traits(people, side, value)) for side, value in sides]
            _tell(people, found, generated=bool(dataset.generated), as_json=as_json)


def _refuse_other_files(stored: StoredRun, dataset: Dataset) -> None:
    """Refuse files that are not those a run graded, by their checksums.

    Raises:
        CallError: They are others.
    """
    graded = stored.record.get("inputs") or {}
    for name, read in dataset.tables.items():
        sums = {item["sha256"] for item in read.inputs}
        if read.inputs and sums != {item["sha256"] for item in graded.get(name, ())}:
            raise CallError(
                Text("The run graded other {t}.", "该次评级使用的{t}不是此文件。").filled(
                    t=read.table.label
                ),
                where=", ".join(str(item["name"]) for item in read.inputs),
                mend=Text(
                    "Give the files of the run, or grade these first: kefen grade.",
                    "请给出当时的文件，或先用 kefen grade 对这些文件评级。",
                ),
            )


def _tell(
    people: Population,
    found: Sequence[tuple[Side, Sequence[CommonTrait]]],
    *,
    generated: bool,
    as_json: bool,
) -> None:
    from kefen.cli.terminal import console, plain_table, print_prose
    from kefen.reports.common_traits import traits_table
    from kefen.reports.wording import written

    if as_json:
        print_json([_as_dict(trait, side) for side, traits in found for trait in traits])
        return
    screen = console()
    for side, own in found:
        told = traits_table(people, side, own)
        screen.print()
        screen.print(say(told.title), style="bold cyan")
        if not own:
            nothing = Text(
                "Nothing that can be told: too few customers, or no difference beyond chance.",
                "没有可说明的：客户过少，或差异未超出偶然范围。",
            )
            print_prose(screen, say(nothing), "dim", "  ")
            continue
        table = plain_table()
        for column in told.columns:
            table.add_column(
                say(column.title), justify="left" if column.kind == "text" else "right"
            )
        language = "zh" if say(Text("en", "zh")) == "zh" else "en"
        for row in told.rows:
            table.add_row(
                *(
                    written(cell, column.kind, language)  # type: ignore[arg-type]
                    for cell, column in zip(row.cells, told.columns, strict=True)
                )
            )
        screen.print(table)
        if told.note is not None:
            print_prose(screen, say(told.note), "dim")
    if generated:
        text = Text("Part of the data is generated sample data.", "部分数据为生成的示例数据。")
        click.secho(say(text), fg="yellow")


def _as_dict(trait: CommonTrait, side: str) -> dict[str, Any]:
    contrast = trait.contrast
    return {
        "of": side,
        "class": trait.subject,
        "what": trait.what,
        "value": trait.value,
        "with_it": contrast.with_it,
        "members": contrast.members,
        "others_with_it": contrast.others_with_it,
        "others": contrast.others,
        "ratio": None if contrast.ratio is None else f"{float(contrast.ratio):.4f}",
        "chance": f"{trait.chance:.4g}",
    }


def _option(name: str, text: Text, word: Text) -> Option:
    return Option(name, text=text, metavar=word)


COMMANDS = {
    "traits": Command(
        "traits",
        text=Text(
            "Tell what customers of a class have in common.\n\n"
            "The common traits of a product's buyers, the products that an industry wants, how "
            "customers of a size buy: each with its share, how many times the others' that is, and "
            "counts, against all other buyers of the window. Without an option the largest classes "
            "of each kind are told. Of a run in a folder (--run) its files are given again.",
            "各类客户有何共同特征。\n\n"
            "某产品购买者的共同点、某行业想要的产品、某种规模客户的购买习惯，均给出占比、为其他客户的倍数与客户数，"
            "与期内其他购买者对照。不给选项则列出各种类中最大的几类。"
            "对结果目录（--run）须重新给出当时的文件。",
        ),
        callback=traits,
        parameters=[
            _option(
                "--category",
                Text("The buyers of a product category.", "某产品类别的购买者。"),
                Text("CATEGORY", "类别"),
            ),
            _option(
                "--product",
                Text("The buyers of a product, by its id.", "某产品的购买者（产品编号）。"),
                Text("PRODUCT", "产品"),
            ),
            _option("--industry", Text("An industry.", "某行业。"), Text("INDUSTRY", "行业")),
            _option(
                "--size",
                Text("A grade of the scheme size.", "规模方案的某个等级。"),
                Text("GRADE", "等级"),
            ),
            *options.table_options(),
            *options.reading_options(),
            run_option(),
            options.book_option(),
            options.memory_option(),
            options.json_option(),
        ],
        examples=(
            Example("kefen traits --book acme", Text("The largest classes", "最大的几类")),
            Example(
                "kefen traits --industry Retail --book acme",
                Text("What an industry wants", "某行业想要什么"),
            ),
        ),
    ),
}
