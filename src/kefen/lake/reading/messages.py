"""What reading finds, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.lake.dataset import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.domain.contract import Table

_NO_EFFECT = Text("No scheme is touched.", "不影响任何分类方案。")


def rows_rejected(table: Table, count: int) -> Finding:
    """Rows were rejected, fewer than stop a file."""
    return Finding(
        code="rows_rejected",
        principle="scientific",
        severity="warning",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:row|rows} of {t} {n:was|were} rejected; each is kept with its reason.",
            "{t}中有 {n} 行被拒绝，每行及原因均已保留。",
        ).filled(n=f"{count:,}", t=table.label),
        effect=Text("Nothing in these rows counts in any scheme.", "这些行不计入任何分类方案。"),
    )


def rows_duplicate(table: Table, count: int) -> Finding:
    """Rows were exact copies of others."""
    return Finding(
        code="rows_duplicate",
        principle="scientific",
        severity="note",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:row|rows} of {t} "
            "{n:is an exact copy of another and was|are exact copies of others and were} left out.",
            "{t}中有 {n} 行与其他行完全相同，已略去。",
        ).filled(n=f"{count:,}", t=table.label),
        effect=Text("Each row counts once.", "每行只计一次。"),
    )


def orders_in_several_files(table: Table, count: int) -> Finding:
    """Orders without numbered lines have lines in several files, and may be there twice."""
    return Finding(
        code="orders_in_several_files",
        principle="scientific",
        severity="warning",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:order has|orders have} lines in several files; all of them count. Where the "
            "files overlap, leave the lines out of one of them, or number the lines of orders.",
            "有 {n} 个订单的明细出现在多个文件中，全部计入。若文件内容有重叠，"
            "请在其中一个文件里去掉重复部分，或为订单明细提供行号。",
        ).filled(n=f"{count:,}"),
        effect=Text(
            "An order that was exported twice counts twice in revenue.",
            "重复导出的订单，其销售额会计两次。",
        ),
    )


def encoding_guessed(table: Table, file: str, encoding: str) -> Finding:
    """A text file's encoding does not follow from its bytes."""
    return Finding(
        code="encoding_guessed",
        principle="scientific",
        severity="note",
        table=table.name,
        count=1,
        message=Text(
            "{f} is not in UTF-8; it was read as {e}, which fits it best. If names look wrong, "
            "save it as UTF-8, or choose the encoding when importing in the workspace.",
            "{f} 不是 UTF-8 编码，已按最相符的 {e} 读取。若名称显示有误，"
            "请另存为 UTF-8，或在工作台导入时选择编码。",
        ).filled(f=file, e=encoding),
        effect=Text(
            "Numbers and dates are the same in any; letters beyond English may not be.",
            "数字和日期不受影响，英文以外的文字可能有误。",
        ),
    )


def rows_hidden(table: Table, count: int) -> Finding:
    """Rows that a sheet hides were read like the others."""
    return Finding(
        code="rows_hidden",
        principle="whole",
        severity="warning",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:row|rows} of {t} {n:is|are} hidden in the workbook, by hand or by a filter; "
            "{n:it was|they were} read like the others. To leave {n:it|them} out, copy the visible "
            "rows to a new workbook and give that.",
            "{t}中有 {n} 行在工作簿里被隐藏（手动隐藏或筛选所致），已与其他行一样读取。"
            "如需略去，请将可见的行复制到新的工作簿后再提供。",
        ).filled(n=f"{count:,}", t=table.label),
        effect=Text(
            "Hidden rows count in every scheme.",
            "被隐藏的行计入所有分类方案。",
        ),
    )


def columns_hidden(table: Table, headings: Sequence[str]) -> Finding:
    """Columns that a sheet hides were read like the others."""
    return Finding(
        code="columns_hidden",
        principle="whole",
        severity="note",
        table=table.name,
        count=len(headings),
        message=Text(
            "{n} {n:column|columns} of {t} {n:is|are} hidden in the workbook and {n:was|were} read "
            "like the others: {h}. To leave one out, name it under leave_out in a mapping file.",
            "{t}中有 {n} 列在工作簿里被隐藏，已与其他列一样读取：{h}。"
            "如需略去，请在映射文件的 leave_out 中写明该列。",
        ).filled(n=len(headings), t=table.label, h=", ".join(headings[:12])),
        effect=Text(
            "What they hold counts, and of customers is shown to those who see customers.",
            "其内容参与计算；客户表中的列，凡能查看客户的人都能看到。",
        ),
    )


def words_for_nothing(table: Table, count: int, headings: Sequence[str]) -> Finding:
    """Cells of text hold what databases export for nothing, and are read as empty."""
    shown = ", ".join(headings[:12])
    return Finding(
        code="words_for_nothing",
        principle="whole",
        severity="note",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:cell holds|cells hold} NULL or \\N, as databases export nothing: {h}.",
            "有 {n} 个单元格的内容为 NULL 或 \\N（数据库导出时表示空值）：{h}。",
        ).filled(n=f"{count:,}", h=shown),
        effect=Text(
            "They are read as empty, and never form a class or a segment of their own.",
            "这些单元格按空值处理，不会自成一类。",
        ),
    )


def rows_filtered(table: Table, count: int) -> Finding:
    """Rows were left out by the mapping's filter."""
    return Finding(
        code="rows_filtered",
        principle="whole",
        severity="note",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:row|rows} of {t} {n:was|were} left out by the mapping's `where`.",
            "{t}中有 {n} 行因映射中的 where 条件被略去。",
        ).filled(n=f"{count:,}", t=table.label),
        effect=Text("Nothing in these rows counts in any scheme.", "这些行不计入任何分类方案。"),
    )


def join_unmatched(table: Table, file: str, count: int) -> Finding:
    """Rows of a joined file fit no row of the table's own file."""
    return Finding(
        code="join_unmatched",
        principle="whole",
        severity="warning",
        table=table.name,
        count=count,
        message=Text(
            "{n} {n:row|rows} of {f} {n:fits|fit} no row of the file of {t} and {n:was|were} "
            "left out.",
            "{f} 中有 {n} 行在{t}的主文件中找不到对应行，已略去。",
        ).filled(n=f"{count:,}", f=file, t=table.label),
        effect=Text("Nothing in these rows counts in any scheme.", "这些行不计入任何分类方案。"),
    )


def columns_unknown(table: Table, headings: Sequence[str]) -> Finding:
    """Columns of a fact table serve nothing."""
    shown = ", ".join(headings[:20]) + (" …" if len(headings) > 20 else "")
    return Finding(
        code="columns_unknown",
        principle="comparable",
        severity="note",
        table=table.name,
        count=len(headings),
        message=Text(
            "These columns of {t} are not used: {all}.", "{t}中以下列未被使用：{all}。"
        ).filled(t=table.label, all=shown),
        effect=_NO_EFFECT,
        details={"columns": list(headings)},
    )


def customers_from_facts(count: int) -> Finding:
    """No customers were imported."""
    return Finding(
        code="customers_from_facts",
        principle="whole",
        severity="warning",
        table="customers",
        count=count,
        message=Text(
            "No customer list was given: {n} {n:customer was|customers were} seen in the facts.",
            "未提供客户清单：{n} 个客户取自各业务记录。",
        ).filled(n=f"{count:,}"),
        effect=Text(
            "Customers who never bought are unknown; names, regions, industries and sizes are "
            "missing, so the schemes by region, industry and size do not run.",
            "从未购买的客户无从得知；缺少名称、地区、行业和规模，"
            "因此按地区、行业、规模的分类无法运行。",
        ),
    )


def rows_unattributed(table: Table, count: int, amount: str | None) -> Finding:
    """Rows of facts have a blank or unknown customer."""
    total = (
        Text(", {a} in all", "，金额合计 {a}").filled(a=f"{Decimal(amount):,}")
        if amount
        else Text.same("")
    )
    return Finding(
        code="rows_unattributed",
        principle="whole",
        severity="warning",
        table=table.name,
        column="customer_id",
        count=count,
        message=Text(
            "{n} {n:row|rows} of {t} {n:has|have} a blank or unknown customer{total}.",
            "{t}中有 {n} 行的客户为空或未知{total}。",
        ).filled(n=f"{count:,}", t=table.label, total=total),
        effect=Text(
            "They are counted and totalled as unattributed and grade no one.",
            "这些行单独计数并汇总为“未归属”，不参与任何客户的评级。",
        ),
        details={"amount": amount} if amount else {},
    )


def ids_with_decimals(table: Table, count: int, examples: Mapping[str, str]) -> Finding:
    """Unknown customer ids such as `12346.0` match a customer without their `.0`."""
    message = Text(
        "{n} unknown customer {n:id|ids} of {t} {n:looks|look} like known ones written as "
        "decimals: {x}.",
        "{t}中有 {n} 个未知客户编号疑似把已知编号写成了小数：{x}。",
    )
    return _almost_known("ids_with_decimals", message, table, count, examples)


def ids_in_other_letters(table: Table, count: int, examples: Mapping[str, str]) -> Finding:
    """Unknown customer ids match a customer but for capital or full-width letters."""
    message = Text(
        "{n} unknown customer {n:id|ids} of {t} {n:differs|differ} from known ones only in "
        "capital or full-width letters: {x}.",
        "{t}中有 {n} 个未知客户编号与已知编号只有大小写或全角半角之差：{x}。",
    )
    return _almost_known("ids_in_other_letters", message, table, count, examples)


def customers_alike(count: int, groups: Sequence[str]) -> Finding:
    """Customers have ids that differ but for capital or full-width letters."""
    return Finding(
        code="customers_alike",
        principle="scientific",
        severity="warning",
        table="customers",
        column="customer_id",
        count=count,
        message=Text(
            "{n} customers have ids that differ only in capital or full-width letters: {x}.",
            "有 {n} 个客户的编号之间只有大小写或全角半角之差：{x}。",
        ).filled(n=f"{count:,}", x="; ".join(groups[:5])),
        effect=Text(
            "Each is graded as a customer of its own; where they are the same one, its purchases "
            "are divided among them.",
            "各按独立客户评级；若实为同一客户，其交易会被拆分到多个编号下。",
        ),
        details={"examples": list(groups)},
    )


def _almost_known(
    code: str, message: Text, table: Table, count: int, examples: Mapping[str, str]
) -> Finding:
    """Return the finding of unknown ids that are probably those of known customers."""
    shown = ", ".join(f"{one} → {other}" for one, other in list(examples.items())[:5])
    return Finding(
        code=code,
        principle="whole",
        severity="warning",
        table=table.name,
        column="customer_id",
        count=count,
        message=message.filled(n=f"{count:,}", t=table.label, x=shown),
        effect=Text(
            "Their rows are unattributed until the ids are mended in the file.",
            "在文件中更正编号之前，这些行归为“未归属”。",
        ),
        details={"examples": dict(examples)},
    )


def category_from_products(count: int) -> Finding:
    """Categories of order lines were taken from the products."""
    return Finding(
        code="category_from_products",
        principle="whole",
        severity="note",
        table="orders",
        column="category",
        count=count,
        message=Text(
            "The category of {n} order {n:line|lines} was taken from their product.",
            "{n} 条订单行的产品类别取自产品表。",
        ).filled(n=f"{count:,}"),
        effect=Text("Product and breadth-of-demand results use it.", "用于产品分类和需求广度。"),
    )


def cost_from_products(count: int) -> Finding:
    """Costs of order lines were computed from the products' unit costs."""
    return Finding(
        code="cost_from_products",
        principle="whole",
        severity="note",
        table="orders",
        column="cost",
        count=count,
        message=Text(
            "The cost of {n} order {n:line|lines} is the product's unit cost times the quantity.",
            "{n} 条订单行的成本按产品单位成本乘以数量计算。",
        ).filled(n=f"{count:,}"),
        effect=Text(
            "Margin uses today's unit cost for every date.", "毛利按当前单位成本计算，不分时间。"
        ),
    )


def due_from_terms(count: int, unread: int) -> Finding:
    """Due dates were worked out from payment terms."""
    return Finding(
        code="due_on_from_terms",
        principle="whole",
        severity="note" if not unread else "warning",
        table="receivables",
        column="due_on",
        count=count,
        message=Text(
            "The due date of {n} {n:invoice|invoices} follows from the customer's payment terms; "
            "{m} {m:has|have} neither a date nor terms that can be read.",
            "{n} 张发票的到期日由客户的付款条件推算；另有 {m} 张既无到期日，付款条件也无法识别。",
        ).filled(n=f"{count:,}", m=f"{unread:,}"),
        effect=Text(
            "Arrears and the payment indicator use these dates; invoices without one are "
            "never late.",
            "逾期和付款指标使用这些日期；没有到期日的发票不会计为逾期。",
        ),
    )
