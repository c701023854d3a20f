"""What a missing column or value does: which scheme of the default standard uses it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


def _ungraded(scheme: str, en: str, zh: str) -> Text:
    return Text(
        f"Scheme {scheme} cannot place customers without {en}.",
        f"没有{zh}的客户在 {scheme} 方案中无法归类。",
    )


COLUMN_EFFECTS: Mapping[tuple[str, str], Text] = MappingProxyType(
    {
        ("customers", "country"): _ungraded("region", "a country", "国家"),
        ("customers", "industry"): _ungraded("industry", "an industry", "行业"),
        ("customers", "employees"): _ungraded("size", "a number of employees", "员工人数"),
        ("customers", "region"): Text(
            "The regional tables of the report put such customers in the row “unknown”; no grade "
            "depends on it.",
            "报告的区域表把这些客户列入“未知”行；不影响任何等级。",
        ),
        ("customers", "created_on"): Text(
            "Scheme lifecycle dates such customers by their first fact; "
            "those without any fact count as undated.",
            "lifecycle 方案改以首次业务记录确定这些客户的起始日期；毫无记录者计为日期不明。",
        ),
        ("orders", "product_id"): Text(
            "A category cannot be filled in from the products for such lines.",
            "这些行无法从产品表补充类别。",
        ),
        ("orders", "category"): Text(
            "Scheme product leaves such lines out, and breadth of categories in value_index and "
            "need counts too few.",
            "product 方案不计这些行；value_index 与 need 的品类宽度会偏小。",
        ),
        ("orders", "cost"): Text(
            "The margin in value_index cannot be known for such lines; where it is missing "
            "altogether its weight passes to the other indicators of current value.",
            "这些行的毛利无从得知；若完全没有成本，"
            "value_index 中毛利的权重由当前价值的其他指标分担。",
        ),
        ("receivables", "due_on"): Text(
            "Paying late cannot be known for such invoices: payment in value_index rests on fewer.",
            "这些发票无法判断是否逾期：value_index 的付款指标依据减少。",
        ),
        ("surveys", "scale_max"): Text(
            "Scheme satisfaction must take the usual scale of the instrument.",
            "satisfaction 方案只能按量表的通常满分计算。",
        ),
        ("surveys", "instrument"): Text(
            "Scheme satisfaction takes them as csat where the highest score is missing too.",
            "若同时缺少满分，satisfaction 方案按 csat 计算这些答卷。",
        ),
        ("cases", "kind"): Text(
            "Scheme need cannot count requests and suggestions among such cases.",
            "need 方案无法识别其中的需求与建议。",
        ),
    }
)
"""By table and column: the effect of its absence on the schemes that use it."""

TABLE_EFFECTS: Mapping[str, Text] = MappingProxyType(
    {
        "receivables": Text(
            "Payment in value_index hands its weight to the other indicators of current value.",
            "value_index 的付款指标将权重交给当前价值的其他指标。",
        ),
        "interactions": Text(
            "Engagement in value_index hands its weight to the other indicators of potential.",
            "value_index 的互动指标将权重交给潜在价值的其他指标。",
        ),
        "cases": Text(
            "Scheme need decides by breadth of categories alone.",
            "need 方案只按品类宽度判断。",
        ),
        "surveys": Text("Scheme satisfaction is not run.", "satisfaction 方案不运行。"),
        "products": Text(
            "Only the categories on the order lines themselves are known.",
            "只有订单行自带的类别可用。",
        ),
    }
)
"""By table: the effect of its absence."""
