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
        ("customers", "region"): _ungraded("region", "a region", "地区"),
        ("customers", "country"): Text(
            "Scheme region cannot tell domestic from international customers without it.",
            "缺少国家时，region 方案无法区分国内与国际客户。",
        ),
        ("customers", "industry"): _ungraded("industry", "an industry", "行业"),
        ("customers", "employees"): Text(
            "Scheme size grades with one indicator less.", "size 方案少一项依据。"
        ),
        ("customers", "annual_revenue"): Text(
            "Schemes size and purchasing_power grade with one indicator less.",
            "size 与 purchasing_power 方案少一项依据。",
        ),
        ("customers", "kind"): Text(
            "Companies and persons cannot be told apart in scheme size and in the analyses.",
            "size 方案和各项分析无法区分企业与个人。",
        ),
        ("customers", "created_on"): Text(
            "Scheme lifecycle dates such customers by their first fact; "
            "those without any fact count as undated.",
            "lifecycle 方案改以首次业务记录确定这些客户的起始日期；毫无记录者计为日期不明。",
        ),
        ("orders", "product_id"): Text(
            "Schemes product and need, and breadth in value_index, know less of such lines.",
            "product、need 方案以及 value_index 的品类广度对这些行所知较少。",
        ),
        ("orders", "category"): Text(
            "Scheme product leaves such lines out; breadth of categories in value_index and "
            "breadth of demand in need come out too small.",
            "product 方案不计这些行；value_index 的品类广度与 need 的需求广度会偏小。",
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
            "Scheme satisfaction and scheme loyalty cannot tell satisfaction from recommendation.",
            "satisfaction 与 loyalty 方案无法区分满意度与推荐度。",
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
            "Engagement in value_index has no contacts to count.",
            "value_index 的互动指标没有往来记录可计。",
        ),
        "cases": Text(
            "Scheme need sees breadth of demand only, and satisfaction no complaints.",
            "need 方案只能看需求广度，satisfaction 方案看不到投诉。",
        ),
        "surveys": Text(
            "Scheme satisfaction has no survey answers.", "satisfaction 方案没有调查答复可用。"
        ),
        "products": Text(
            "Scheme product has no product tiers, and only the categories of the order lines.",
            "product 方案没有产品档次，只有订单行自带的类别。",
        ),
    }
)
"""By table: the effect of its absence."""
