"""Scientific: values that can be true. The kinds of finding."""

from __future__ import annotations

from kefen.domain.text import Text
from kefen.lake.quality.kinds import FindingKind


def _kind(code: str, message: Text, effect: Text) -> FindingKind:
    return FindingKind(code, "scientific", message, effect)


DATES_AFTER_AS_OF = _kind(
    "dates_after_as_of",
    Text(
        "{column} lies after the as-of date in {count} {count:row|rows} of {table} ({share} %).",
        "{table}有 {count} 行（{share}%）的“{column}”晚于截止日期。",
    ),
    Text(
        "Nothing after the as-of date is used by any scheme: what happens later is unknown then.",
        "任何方案都不使用截止日期之后的内容：在截止日，其后之事尚未发生。",
    ),
)
DATES_FAR_IN_FUTURE = _kind(
    "dates_far_in_future",
    Text(
        "{column} lies more than 10 years after the as-of date in {count} {count:row|rows} of "
        "{table}.",
        "{table}有 {count} 行的“{column}”比截止日期晚 10 年以上。",
    ),
    Text(
        "Probably stand-ins or slips of the keyboard: abc, rfm, lifecycle and payment in "
        "value_index do not see what truly happened then.",
        "多为占位值或录入错误：abc、rfm、lifecycle 及 value_index 的付款指标看不到真实发生的事。",
    ),
)
DATES_TOO_OLD = _kind(
    "dates_too_old",
    Text(
        "{column} is improbably old (before {oldest}) in {count} {count:row|rows} of {table}.",
        "{table}有 {count} 行的“{column}”早得不合理（早于 {oldest}）。",
    ),
    Text(
        "They fall out of every window; in history they make customers look older in lifecycle "
        "and loyalty.",
        "它们不在任何窗口内；但在历史中会使客户在 lifecycle 与 loyalty 中显得更老。",
    ),
)
DATES_DEFAULT = _kind(
    "dates_default",
    Text(
        "{column} is a date that systems put in for nothing, such as 1900-01-01, "
        "in {count} {count:row|rows} of {table}.",
        "{table}有 {count} 行的“{column}”是系统的默认日期，例如 1900-01-01。",
    ),
    Text(
        "The true date is missing: windows of abc and rfm leave such rows out, lifecycle takes "
        "them for very old.",
        "真实日期缺失：abc、rfm 的窗口不含这些行，lifecycle 会当作很久以前。",
    ),
)
SETTLED_BEFORE_ISSUED = _kind(
    "settled_before_issued",
    Text(
        "{count} {count:invoice|invoices} ({share} %) {count:was|were} settled before "
        "{count:it was|they were} issued.",
        "{count} 张发票（{share}%）的结清日期早于开票日期。",
    ),
    Text(
        "Prepayment is normal; payment in value_index takes them as paid on time.",
        "预付属正常；value_index 的付款指标视其为按时付款。",
    ),
)
DUE_BEFORE_ISSUED = _kind(
    "due_before_issued",
    Text(
        "{count} {count:invoice|invoices} ({share} %) {count:is|are} due before "
        "{count:it is|they are} issued.",
        "{count} 张发票（{share}%）的到期日早于开票日期。",
    ),
    Text(
        "Payment in value_index takes them as late from the first day.",
        "value_index 的付款指标会从第一天起视其为逾期。",
    ),
)
CLOSED_BEFORE_OPENED = _kind(
    "closed_before_opened",
    Text(
        "{count} {count:case|cases} ({share} %) {count:was|were} closed before "
        "{count:it was|they were} opened.",
        "{count} 个工单（{share}%）的关闭时间早于提出时间。",
    ),
    Text(
        "Times to resolve come out negative; scheme satisfaction may be too kind.",
        "处理时长会为负；satisfaction 方案可能偏高。",
    ),
)
RESPONSE_BEFORE_OPENED = _kind(
    "response_before_opened",
    Text(
        "{count} {count:case|cases} ({share} %) {count:was|were} answered before "
        "{count:it was|they were} opened.",
        "{count} 个工单（{share}%）的首次响应早于提出时间。",
    ),
    Text(
        "Times to answer come out negative; scheme satisfaction may be too kind.",
        "响应时长会为负；satisfaction 方案可能偏高。",
    ),
)
CANCELLED_BEFORE_ORDERED = _kind(
    "cancelled_before_ordered",
    Text(
        "{count} order {count:line|lines} ({share} %) {count:was|were} cancelled before "
        "{count:it was|they were} ordered.",
        "{count} 个订单行（{share}%）的取消日期早于下单日期。",
    ),
    Text(
        "They count as cancelled from the start in abc, rfm and value_index.",
        "abc、rfm、value_index 自始视其为已取消。",
    ),
)
NEGATIVE_QUANTITY_POSITIVE_AMOUNT = _kind(
    "negative_quantity_positive_amount",
    Text(
        "{count} order {count:line|lines} ({share} %) {count:has|have} a negative quantity and a "
        "positive amount.",
        "{count} 个订单行（{share}%）数量为负而金额为正。",
    ),
    Text(
        "If they are returns, abc, rfm and value_index count them as sales: the amount of a "
        "return must be negative.",
        "若为退货，abc、rfm、value_index 会误当销售：退货金额应为负数。",
    ),
)
POSITIVE_QUANTITY_NEGATIVE_AMOUNT = _kind(
    "positive_quantity_negative_amount",
    Text(
        "{count} order {count:line|lines} ({share} %) {count:has|have} a positive quantity and a "
        "negative amount.",
        "{count} 个订单行（{share}%）数量为正而金额为负。",
    ),
    Text(
        "Rebates and corrections look like this; they lower revenue in abc, rfm and value_index.",
        "折让与更正即如此；它们会减少 abc、rfm、value_index 的收入。",
    ),
)
AMOUNTS_ZERO = _kind(
    "amounts_zero",
    Text(
        "{count} {count:row|rows} of {table} ({share} %) {count:has|have} the amount 0.",
        "{table}有 {count} 行（{share}%）金额为 0。",
    ),
    Text(
        "They add nothing to revenue; an order of zero in all is no purchase for rfm and "
        "frequency.",
        "它们不增加收入；合计为零的订单在 rfm 与 frequency 中不算购买。",
    ),
)
AMOUNTS_NEGATIVE = _kind(
    "amounts_negative",
    Text(
        "{count} {count:row|rows} of {table} ({share} %) {count:has|have} a negative amount.",
        "{table}有 {count} 行（{share}%）金额为负。",
    ),
    Text(
        "Credit notes and refunds look like this; they lower what payment in value_index sees.",
        "红字发票与退款即如此；它们会冲减 value_index 付款指标所见的金额。",
    ),
)
COST_SIGN_DIFFERS = _kind(
    "cost_sign_differs",
    Text(
        "{count} order {count:line|lines} ({share} %) {count:has|have} a cost whose sign is not "
        "that of the amount.",
        "{count} 个订单行（{share}%）的成本与金额正负号不一致。",
    ),
    Text(
        "Margin in value_index is too large on such lines: cost is signed like amount.",
        "value_index 的毛利在这些行上偏大：成本应与金额同号。",
    ),
)
AMOUNTS_BELOW_COST = _kind(
    "amounts_below_cost",
    Text(
        "{count} order {count:line|lines} ({share} %) {count:was|were} sold below cost.",
        "{count} 个订单行（{share}%）低于成本销售。",
    ),
    Text(
        "They lower margin in value_index; when there are very many, cost may be in another "
        "unit than amount.",
        "它们拉低 value_index 的毛利；若很多，成本与金额的单位可能不同。",
    ),
)
SETTLED_ABOVE_AMOUNT = _kind(
    "settled_above_amount",
    Text(
        "{count} {count:invoice|invoices} ({share} %) {count:was|were} settled with more than "
        "{count:its|their} amount.",
        "{count} 张发票（{share}%）的已收金额大于发票金额。",
    ),
    Text(
        "Payment in value_index takes them as fully paid; the excess is not counted.",
        "value_index 的付款指标视其为已全额付清；多付部分不计。",
    ),
)
SCORES_ABOVE_SCALE = _kind(
    "scores_above_scale",
    Text(
        "{count} survey answers ({share} %) have a score above the highest possible.",
        "{count} 份调查答复（{share}%）的得分高于满分。",
    ),
    Text(
        "Scheme satisfaction would rate them above full marks.",
        "satisfaction 方案会给出超过满分的评价。",
    ),
)
SCORES_NEGATIVE = _kind(
    "scores_negative",
    Text(
        "{count} survey answers ({share} %) have a negative score.",
        "{count} 份调查答复（{share}%）得分为负。",
    ),
    Text(
        "Scheme satisfaction rates them below the worst answer possible.",
        "satisfaction 方案的评价会低于最差答复。",
    ),
)
ATTRIBUTES_NEGATIVE = _kind(
    "attributes_negative",
    Text(
        "{column} is negative for {count} {count:customer|customers}.",
        "{count} 个客户的“{column}”为负。",
    ),
    Text(
        "Schemes size and purchasing_power place such customers lowest.",
        "size 与 purchasing_power 方案会把这些客户排到最低。",
    ),
)
TAX_IDS_INVALID = _kind(
    "tax_ids_invalid",
    Text(
        "{count} unified social credit codes ({share} %) have a wrong form or check character "
        "(GB 32100-2015).",
        "{count} 个统一社会信用代码（{share}%）格式或校验码错误（GB 32100-2015）。",
    ),
    Text(
        "No grade changes; linking the customer with registers and with other bases may fail.",
        "等级不变；但与工商登记及其他客户库的匹配可能失败。",
    ),
)

CODES_UNKNOWN = _kind(
    "codes_unknown",
    Text(
        "{column} has the form of a public code but names none for {count} "
        "{count:customer|customers} ({share} %): GB/T 4754-2017 of industries, GB/T 2260 of "
        "regions.",
        "{count} 个客户（{share}%）的“{column}”形似国标代码却不存在"
        "（行业 GB/T 4754-2017、行政区划 GB/T 2260）。",
    ),
    Text(
        "Scheme industry takes the code for a class of its own; enterprise-size goes by its "
        "first letter and digits alone. The code may be of an older edition.",
        "industry 方案会把该代码当作单独一类；enterprise-size 只看其开头的字母和数字。"
        "也可能是旧版代码。",
    ),
)

KINDS = (
    DATES_AFTER_AS_OF,
    DATES_FAR_IN_FUTURE,
    DATES_TOO_OLD,
    DATES_DEFAULT,
    SETTLED_BEFORE_ISSUED,
    DUE_BEFORE_ISSUED,
    CLOSED_BEFORE_OPENED,
    RESPONSE_BEFORE_OPENED,
    CANCELLED_BEFORE_ORDERED,
    NEGATIVE_QUANTITY_POSITIVE_AMOUNT,
    POSITIVE_QUANTITY_NEGATIVE_AMOUNT,
    AMOUNTS_ZERO,
    AMOUNTS_NEGATIVE,
    COST_SIGN_DIFFERS,
    AMOUNTS_BELOW_COST,
    SETTLED_ABOVE_AMOUNT,
    SCORES_ABOVE_SCALE,
    SCORES_NEGATIVE,
    ATTRIBUTES_NEGATIVE,
    TAX_IDS_INVALID,
    CODES_UNKNOWN,
)
