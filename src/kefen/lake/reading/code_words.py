"""The usual words for codes, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS = {
    "completed": "complete closed done delivered shipped paid invoiced finished fulfilled success "
    "approved received settled invoice sale valid active 已完成 完成 成功 交易成功 "
    "已发货 已签收 已付款 已支付 已收货 已审核 已开票 已关闭 已出库 正常 已结算 有效 "
    "已确认 交易完成 已交货 审核",
    "cancelled": "canceled cancel void voided deleted rejected refused 已取消 取消 作废 已作废 "
    "交易关闭 已撤销 撤销 无效 已删除 订单取消",
    "company": "business organisation organization corporate enterprise firm b2b 企业 公司 单位 "
    "法人 机构 企业客户 对公 公司客户 集团",
    "person": "individual consumer private retail b2c 个人 自然人 个体 个人客户 对私 零售",
    "customer": "client active existing 客户 老客户 正式客户 成交客户 现有客户 已成交",
    "prospect": "lead potential opportunity 潜在客户 意向客户 潜客 线索 准客户 未成交 潜在",
    "visit": "visits onsite on-site in-person 拜访 上门 走访 上门拜访 实地拜访 到访 来访 上门走访",
    "call": "phone telephone tel 电话 致电 来电 电话沟通 电话拜访 电话回访 去电",
    "email": "mail e-mail 邮件 电子邮件 邮箱 电邮",
    "message": "sms text im chat 短信 消息 信息 在线消息 qq 留言 在线咨询",
    "wecom": "wechat weixin 微信 企业微信 企微",
    "meeting": "conference demo 会议 会面 面谈 会谈 洽谈 见面 视频会议 线上会议",
    "fault": "incident bug breakdown repair defect problem technical 故障 报修 维修 报障 故障申报 "
    "质量问题 售后维修",
    "request": "service question inquiry enquiry query 请求 服务请求 咨询 需求 申请 "
    "查询 业务咨询 求助",
    "complaint": "complaints 投诉 抱怨 客诉 客户投诉 不满",
    "suggestion": "feedback idea 建议 意见 反馈 意见建议 建议反馈",
    "csat": "satisfaction 满意度 客户满意度 满意度调查",
    "nps": "recommendation 净推荐值 推荐度 推荐意愿 净推荐",
    "ces": "effort 费力度 客户费力度",
    "high": "premium top h 高 高端 高档 高端产品",
    "middle": "medium mid standard m 中 中端 中档 中端产品",
    "low": "basic entry economy l 低 低端 低档 低端产品",
    "acquisition": "获取 获客 拓展 开发 拓客 获客费用 获取费用 开发费用 拓展费用",
    "retention": "维系 保持 维护 留存 维系费用 维护费用 保持费用",
    "service": "support 服务 售后 客服 服务费用 售后费用",
    "marketing": "advertising promotion 营销 市场 推广 广告 营销费用 推广费用 市场费用 广告费用",
}
TRUE_WORDS = ("true", "t", "yes", "y", "1", "1.0", "是", "有", "真", "对", "√", "x", "on")
FALSE_WORDS = ("false", "f", "no", "n", "0", "0.0", "否", "无", "没有", "假", "错", "×", "off")

CURRENCY_MARKS = (
    ("HK$", "HKD"),
    ("US$", "USD"),
    ("NT$", "TWD"),
    ("CNY", "CNY"),
    ("RMB", "CNY"),
    ("USD", "USD"),
    ("EUR", "EUR"),
    ("GBP", "GBP"),
    ("HKD", "HKD"),
    ("JPY", "JPY"),
    ("TWD", "TWD"),
    ("人民币", "CNY"),
    ("美元", "USD"),
    ("欧元", "EUR"),
    ("英镑", "GBP"),
    ("港币", "HKD"),
    ("港元", "HKD"),
    ("日元", "JPY"),
    ("新台币", "TWD"),
    ("元", "CNY"),
    ("¥", "CNY"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
)
"""Marks beside an amount and the currency they name; longer marks stand before their parts.
`¥` and `元` name the renminbi, `$` the US dollar; a currency column says otherwise."""


def code_answers(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return the words for each of a column's codes, lower case: (word, code)."""
    return [
        (word, code) for code in codes for word in (code, *_WORDS.get(code, "").lower().split())
    ]


def currency_answers() -> list[tuple[str, str]]:
    """Return the words for currencies in a currency column, upper case: (word, ISO code)."""
    return [*CURRENCY_MARKS, ("￥", "CNY"), ("YUAN", "CNY"), ("人民币元", "CNY"), ("港幣", "HKD")]
