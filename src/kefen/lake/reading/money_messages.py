"""What reading finds of units and currencies, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.lake.dataset import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.contract import Table
    from kefen.lake.reading.units import Unit

CURRENCY_CONVERTED = "currency_converted"
"""The code of the finding that amounts were converted."""


def unit_of_title(table: Table, unit: str) -> Finding:
    """A title above the heading says what amounts are counted in."""
    return Finding(
        code="unit_of_title",
        principle="comparable",
        severity="note",
        table=table.name,
        count=1,
        message=Text(
            "The title of {t} gives the unit of amounts ({u}); they were read so.",
            "{t}的表名注明金额单位为{u}，已按此读取。",
        ).filled(t=table.label, u=unit),
        effect=Text("All amounts are comparable.", "所有金额可比。"),
    )


def units_below_heading(table: Table, units: Mapping[str, Unit]) -> Finding:
    """A row below the heading says what columns are counted in."""
    return Finding(
        code="units_below_heading",
        principle="comparable",
        severity="note",
        table=table.name,
        count=1,
        message=Text(
            "The row below the heading of {t} gives units; amounts were read so: {u}.",
            "{t}标题的下一行注明了单位，金额已按此读取：{u}。",
        ).filled(t=table.label, u=", ".join(f"{h} {unit.written}" for h, unit in units.items())),
        effect=Text("All amounts are comparable.", "所有金额可比。"),
    )


def currency_of_units(table: Table, currency: str) -> Finding:
    """The unit of a heading, of a title or of the row below the heading names the currency."""
    return Finding(
        code="currency_of_units",
        principle="comparable",
        severity="note",
        table=table.name,
        column="currency",
        count=1,
        message=Text(
            "The unit of the amounts of {t} names the currency: {c}.",
            "{t}的金额单位注明了币种：{c}。",
        ).filled(t=table.label, c=currency),
        effect=Text("All amounts are comparable.", "所有金额可比。"),
    )


def sign_taken(table: Table, sign: str, currency: str) -> Finding:
    """A sign that several currencies share was taken for its usual one: the book names none."""
    return Finding(
        code="sign_taken",
        principle="comparable",
        severity="warning",
        table=table.name,
        column="currency",
        count=1,
        message=Text(
            "The amounts of {t} are in {s}, and the book names no currency: they were taken to be "
            'in {c}. If another is meant, undo the import, write it into kefen.toml (currency = "'
            '…") and import again.',
            "{t}的金额以“{s}”为单位，而账套没有写明本位币：按 {c} 处理。"
            '若实为其他币种，请撤销该批次，在 kefen.toml 中写明（currency = "…"）后重新导入。',
        ).filled(t=table.label, s=sign, c=currency),
        effect=Text("Amounts in money are compared and shown in it.", "金额按该币种比较和显示。"),
    )


def currency_assumed(table: Table, count: int, currency: str, partly: bool) -> Finding:
    """Rows name no currency, and others name one: in the same table (`partly`) or in another."""
    return Finding(
        code="currency_assumed",
        principle="comparable",
        severity="warning" if partly else "note",
        table=table.name,
        column="currency",
        count=count,
        message=Text(
            "{n} {n:row|rows} of {t} {n:names|name} no currency and {n:was|were} taken to be in "
            "{c}, the only one that the data names. If the book's is another, give --currency, and "
            "--rates to convert.",
            "{t}中有 {n} 行没有注明币种，按数据中唯一注明的 {c} 处理。"
            "若账套本位币不同，请用 --currency 指定，并用 --rates 提供汇率表。",
        ).filled(n=f"{count:,}", t=table.label, c=currency),
        effect=Text(
            "Were they in another currency, their amounts would be summed with those in {c}.",
            "若这些行实为其他币种，其金额会与 {c} 的金额直接相加。",
        ).filled(c=currency),
    )


def currency_converted(table: Table, count: int, into: str, rates: str) -> Finding:
    """Amounts were converted by the rate table of that name."""
    return Finding(
        code=CURRENCY_CONVERTED,
        principle="comparable",
        severity="note",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:row|rows} of {t} {n:was|were} converted to {c} by the rates of {f}.",
            "{t}中有 {n} 行按汇率表 {f} 换算为 {c}。",
        ).filled(n=f"{count:,}", t=table.label, c=into, f=rates),
        effect=Text(
            "All amounts are comparable, as good as the rates are.",
            "所有金额可比，准确程度取决于汇率表。",
        ),
    )
