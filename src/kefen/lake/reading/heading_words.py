"""The usual headings of each column, in both languages and as ledgers export them.

Words are compared without case, spaces, underscores, hyphens and full-width forms. `strong`
words mean the column wherever they stand; `weak` ones only where nothing stronger does. In both,
earlier words are preferred for columns that are not required.
"""

from __future__ import annotations

from typing import NamedTuple


class HeadingWords(NamedTuple):
    """The usual headings of one column, split at `|`."""

    strong: str
    weak: str = ""


_CUSTOMER = HeadingWords(
    "customerid|customerno|customernumber|customercode|customerkey|custid|custno|custcode|"
    "clientid|clientno|clientcode|客户编号|客户编码|客户代码|客户号|客户id|会员号|会员编号|会员id|"
    "会员卡号|往来单位编码|往来单位编号|购货单位编码|购货单位代码|购货方编码|客商编码|客户ID|"
    "顾客编号|用户编号|用户id|买家id|memberid|memberno|accountno|accountid|accountnumber|"
    "soldtoparty|soldto|kunnr|kunag|buyerid|buyerno|contactid|selltocustomerno|customeruserid|"
    "客户账号|买家账号",
    "customer|client|account|accountcode|客户|往来单位|购货单位|购货方|会员|顾客|userid|"
    "客户名称|单位名称|contactname|customername|custname|accountname|买家会员名|name",
)
_PRODUCT = HeadingWords(
    "productid|productno|productcode|productkey|itemid|itemno|itemcode|itemnumber|sku|stockcode|"
    "materialno|materialnumber|material|matnr|产品编码|产品编号|产品代码|商品编码|商品编号|"
    "商品代码|存货编码|存货代码|物料编码|物料编号|物料代码|货号|款号|料号|品号",
    "product|item|inventoryitemcode|产品|商品|存货|物料|产品名称|商品名称|存货名称|物料名称",
)
# Narrow on purpose: a row recorded after the as-of date is not graded.
_RECORDED = HeadingWords("recordeddate|recordedat|录入日期|录入时间")
_CURRENCY = HeadingWords("currency|currencycode|币种|币别|货币|waers|币种名称")
_INVOICE = HeadingWords(
    "invoiceid|invoiceno|invoicenumber|invoicenum|发票号|发票号码|发票编号|应收单号|账单号|vbeln",
    "invoice|num|docno|documentno|documentnumber|单据编号|单据号|单号|凭证号|reference|belnr",
)
_AMOUNT_STRONG = (
    "netamount|lineamount|linetotal|salesamount|orderamount|totalamount|extendedprice|"
    "amountnet|netvalue|netwr|netsales|价税合计|销售额|销售金额|实收金额|实付金额|订单金额|"
    "成交金额|总金额|合计金额|不含税金额|无税金额|未税金额|含税金额|货款|销售收入|应收金额|"
    "本币金额|折后金额|净额|金额合计|订单总额|支付金额|付款金额"
)

WORDS: dict[str, dict[str, HeadingWords]] = {
    "customers": {
        "customer_id": HeadingWords(
            _CUSTOMER.strong + "|编码|代码|id|no|number|code|cardname",
            "customer|client|account|accountcode|编号|往来单位|客户|contact|listid",
        ),
        "name": HeadingWords(
            "customername|companyname|custname|clientname|accountname|客户名称|单位名称|公司名称|"
            "企业名称|往来单位名称|客商名称|客户姓名|会员姓名|姓名|contactname|displayname|fullname|"
            "客户全称|购货单位名称|name1",
            "company|名称|客户|storename|customer|account|客户简称|简称",
        ),
        "kind": HeadingWords("customerkind|customertype|客户性质|客户类型|个人企业|客户类别"),
        "status": HeadingWords("customerstatus|客户状态", "状态"),
        "created_on": HeadingWords(
            "createdon|createddate|createdat|creationdate|datecreated|建档日期|建档时间|创建日期|"
            "创建时间|开户日期|注册日期|注册时间|入会日期|入会时间|发展日期|registeredon|signupdate|"
            "registrationdate|customersince|erdat",
            "created|joindate|since",
        ),
        "country": HeadingWords("countryname|国家|国别|国家地区|countryregion|billingcountry"),
        "region": HeadingWords(
            "地区|区域|大区|省份|所属地区|地区名称|省|state|province|customerstate|stateprovince|"
            "billingstate|territory|所属区域|regio"
        ),
        "city": HeadingWords("城市|customercity|billingcity|cityname|所在城市|市|ort01|town"),
        "address": HeadingWords(
            "地址|联系地址|详细地址|单位地址|公司地址|addressline1|street|billingaddress|"
            "streetaddress|注册地址|stras"
        ),
        "postcode": HeadingWords(
            "邮编|邮政编码|postalcode|zip|zipcode|billingzip|customerzipcodeprefix|pstlz"
        ),
        "industry": HeadingWords(
            "行业|所属行业|行业类别|行业名称|sector|industrytype|industryname|businesstype|行业分类"
        ),
        "ownership_type": HeadingWords("企业性质|单位性质|所有制|经济类型|公司性质|ownership"),
        "founded_on": HeadingWords(
            "成立日期|成立时间|foundeddate|dateestablished|founded|注册成立日期"
        ),
        "registered_capital": HeadingWords("注册资本|注册资金|capital"),
        "employees": HeadingWords(
            "员工人数|职工人数|人数|员工数|从业人数|人员规模|numberofemployees|employeecount|"
            "headcount|noofemployees"
        ),
        "annual_revenue": HeadingWords(
            "年营业额|年销售额|年收入|年营业收入|营业收入|annualsales|annualincome|年产值"
        ),
        "annual_growth": HeadingWords("年增长率|增长率|growthrate|annualgrowthrate|销售增长率"),
        "total_assets": HeadingWords("总资产|资产总额|assets"),
        "expected_demand": HeadingWords(
            "预计需求|预计采购额|预计年采购额|预期需求|潜在需求|意向金额"
        ),
        "credit_limit": HeadingWords("信用额度|授信额度|信用限额|creditlimitamount|klimk"),
        "payment_terms": HeadingWords(
            "付款条件|收款条件|账期|结算方式|付款方式|信用期限|信用天数|账期天数|terms|"
            "paymentterm|zterm|收付款协议"
        ),
        "owner": HeadingWords(
            "负责人|业务员|客户经理|销售员|专管业务员|所属业务员|销售代表|跟进人|salesperson|"
            "salesrep|accountmanager|rep|salesowner|accountowner|专营业务员|专营业务员名称"
        ),
        "team": HeadingWords("团队|部门|分管部门|所属部门|销售部门|salesteam|department"),
        "parent_id": HeadingWords(
            "上级客户编号|上级客户|母公司编号|总公司编码|parentcustomer|parentaccount|parentcustomerid|"
            "客户总公司编码|集团编码"
        ),
        "referred_by": HeadingWords("介绍人|推荐人|referrer|referredby"),
        "source": HeadingWords("客户来源|来源|渠道来源|leadsource|customersource|获客渠道"),
        "email": HeadingWords("电子邮箱|邮箱|电子邮件|emailaddress|mail|e-mail|primaryemail"),
        "phone": HeadingWords(
            "电话|联系电话|手机|手机号|手机号码|移动电话|公司电话|phonenumber|telephone|mobile|tel|"
            "mobilephone|mainphone|telf1"
        ),
        "tax_id": HeadingWords(
            "统一社会信用代码|社会信用代码|税号|纳税人识别号|纳税人登记号|taxno|taxnumber|vatnumber|"
            "vatno|uscc|taxregistrationnumber|stceg"
        ),
        "birth_date": HeadingWords("出生日期|生日|birthday|dateofbirth|dob|birth"),
        "gender": HeadingWords("性别|sex"),
        "marital_status": HeadingWords("婚姻状况|婚否|marital"),
        "household": HeadingWords("家庭|家庭人口|家庭情况|householdsize"),
        "occupation": HeadingWords("职业|职位|job|profession"),
        "income_band": HeadingWords("收入区间|收入水平|月收入|income|incomelevel|incomegroup"),
        "interests": HeadingWords("兴趣|爱好|兴趣爱好|hobbies"),
    },
    "orders": {
        "order_id": HeadingWords(
            "orderno|ordernumber|ordercode|orderkey|salesorder|salesorderno|salesordernumber|"
            "salesorderid|订单号|订单编号|销售单号|销售订单号|销售订单编号|出库单号|发货单号|"
            "交易号|交易编号|小票号|流水号|发票号|发票号码|invoiceno|invoiceid|invoicenumber|"
            "invoicenum|transactionid|transactionno|ticketno|receiptno|单据编号|单据号|单据号码|"
            "订单id|billno|fbillno|csocode|cdlcode|vbeln|billingdocument|orderreference|opportunityid",
            "order|invoice|transaction|num|docno|documentno|documentnumber|salesdocument|单号|"
            "编号|凭证号|number",
        ),
        "line": HeadingWords(
            "lineno|linenumber|lineitem|orderline|orderlineitem|orderitemid|lineid|itemline|"
            "orderlineno|行号|行序号|明细行号|分录号|分录序号|子单号|posnr|fentryid|irowno",
            "seq|sequence|项次|序号",
        ),
        "customer_id": _CUSTOMER,
        "ordered_at": HeadingWords(
            "orderdate|ordertime|orderdatetime|ordereddate|orderedon|purchasedate|saledate|"
            "salesdate|invoicedate|transactiondate|transactiontime|orderpurchasetimestamp|"
            "txndate|docdate|documentdate|billingdate|下单日期|下单时间|订单日期|订单时间|单据日期|"
            "开票日期|销售日期|销售时间|交易日期|交易时间|出库日期|发货日期|成交日期|成交时间|"
            "制单日期|业务日期|购买日期|购买时间|付款时间|支付时间|订单创建时间|erdat|audat|fkdat|"
            "ddate|fdate|orderstartdate|买家付款时间|订单付款时间",
            "date|closedate|日期|时间|time|postingdate|datetime|timestamp|createdat|创建时间|budat",
        ),
        "product_id": _PRODUCT,
        "category": HeadingWords(
            "productcategory|itemcategory|categoryname|productgroup|productline|producttype|"
            "productcategoryname|materialgroup|产品类别|产品分类|产品大类|商品类别|商品分类|存货分类|"
            "存货大类|物料分类|品类|存货分类名称|matkl|品种",
            "类别|分类|department|group",
        ),
        "quantity": HeadingWords(
            "qty|orderqty|orderquantity|quantityordered|units|salesqty|numberofcds|数量|销售数量|"
            "订货数量|件数|实发数量|订单数量|购买数量|fwimg|kwmeng|iquantity|fqty",
            "pieces|count",
        ),
        "amount": HeadingWords(
            _AMOUNT_STRONG + "|金额",
            "total|sales|revenue|value|subtotal|price_total|小计|合计|总价|总额|dollarvalue|"
            "turnover|saleamount|amt|net|untaxedamount|实收|实付|应收|营业额|本币价税合计",
        ),
        "cost": HeadingWords(
            "costamount|totalcost|linecost|costofsales|cogs|salescost|成本|成本金额|销售成本|"
            "总成本|成本合计|结转成本"
        ),
        "discount": HeadingWords("discountrate|discountpct|折扣|折扣率|扣率|优惠金额|折扣额"),
        "currency": _CURRENCY,
        "channel": HeadingWords("saleschannel|orderchannel|渠道|销售渠道|来源渠道|销售方式|vtweg"),
        "status": HeadingWords("orderstatus|salesstatus|状态|订单状态|单据状态|交易状态", "state"),
        "cancelled_on": HeadingWords(
            "canceldate|cancelleddate|cancelledat|canceledat|canceleddate|取消日期|取消时间|"
            "作废日期|关闭日期"
        ),
        "recorded_on": _RECORDED,
    },
    "receivables": {
        "invoice_id": _INVOICE,
        "customer_id": _CUSTOMER,
        "issued_on": HeadingWords(
            "invoicedate|issuedate|issueddate|billdate|billingdate|开票日期|发票日期|单据日期|"
            "应收日期|立账日期|bldat|fkdat|账单日期",
            "date|日期|transactiondate|postingdate|budat|业务日期",
        ),
        "due_on": HeadingWords(
            "duedate|到期日|到期日期|应收到期日|付款到期日|约定付款日期|应收款日期|应付日期|zfbdt|"
            "paymentduedate|netduedate"
        ),
        "amount": HeadingWords(
            "invoiceamount|amountdue|invoicetotal|originalamount|发票金额|应收金额|应收账款|"
            "价税合计|金额|开票金额|应收款|原币金额|本币金额|totalamount|netamount|netwr|dmbtr|wrbtr",
            "total|amt|合计|小计|balance|openbalance|value",
        ),
        "settled_on": HeadingWords(
            "settleddate|paiddate|paymentdate|paidon|datepaid|cleareddate|clearingdate|fullypaidon|"
            "结清日期|收款日期|回款日期|核销日期|到账日期|实收日期|augdt"
        ),
        "settled_amount": HeadingWords(
            "paidamount|amountpaid|amountsettled|已收金额|实收金额|回款金额|已核销金额|已收款金额|"
            "收款金额|核销金额|invoiceamountpaid"
        ),
        "disputed": HeadingWords("dispute|isdisputed|indispute|是否争议|争议|有争议"),
        "currency": _CURRENCY,
        "recorded_on": _RECORDED,
    },
    "payments": {
        "payment_id": HeadingWords(
            "paymentno|paymentnumber|receiptno|receiptid|receiptnumber|收款单号|收款编号|回款单号|"
            "收款单编号|流水号|交易流水号|付款单号",
            "单据编号|单据号|单号|docno|documentno|transactionid|reference|num|id",
        ),
        "customer_id": _CUSTOMER,
        "paid_on": HeadingWords(
            "paymentdate|paiddate|datepaid|receiptdate|receiveddate|收款日期|回款日期|到账日期|"
            "付款日期|收款时间|到账时间|付款时间|paidat",
            "date|日期|单据日期|transactiondate|时间",
        ),
        "amount": HeadingWords(
            "paymentamount|paidamount|amountpaid|receivedamount|收款金额|回款金额|实收金额|到账金额|"
            "付款金额|金额|本币金额|paymentvalue",
            "total|value|合计|amt",
        ),
        "invoice_id": HeadingWords(_INVOICE.strong, "invoice"),
        "currency": _CURRENCY,
        "recorded_on": _RECORDED,
    },
    "interactions": {
        "customer_id": _CUSTOMER,
        "at": HeadingWords(
            "interactiondate|contactdate|visitdate|calldate|activitydate|interactiontime|拜访日期|"
            "拜访时间|联系日期|联系时间|跟进日期|跟进时间|沟通时间|往来时间|回访日期|回访时间|活动日期",
            "date|time|datetime|timestamp|日期|时间|createdat|创建时间",
        ),
        "kind": HeadingWords(
            "interactiontype|contacttype|activitytype|interactionkind|方式|联系方式|跟进方式|"
            "拜访方式|沟通方式|往来方式",
            "type|channel|类型|渠道",
        ),
        "direction": HeadingWords("方向|inboundoutbound|呼入呼出"),
        "contact": HeadingWords("联系人|contactperson|contactname|对方联系人"),
        "purpose": HeadingWords("目的|拜访目的|主题|subject|topic|事由"),
        "result": HeadingWords("结果|outcome|拜访结果|跟进结果"),
        "next_on": HeadingWords(
            "nextdate|nextcontactdate|followupdate|下次日期|下次跟进日期|下次联系日期|下次联系时间|下次跟进时间"
        ),
        "planned": HeadingWords("isplanned|是否计划|计划内"),
        "employee": HeadingWords(
            "员工|业务员|跟进人|拜访人|销售员|客户经理|salesperson|salesrep|agent|user"
        ),
        "note": HeadingWords("备注|notes|内容|记录|说明|comment|comments|remark|description"),
        "recorded_on": _RECORDED,
    },
    "cases": {
        "case_id": HeadingWords(
            "caseno|casenumber|ticketid|ticketno|ticketnumber|工单号|工单编号|服务单号|投诉单号|"
            "报修单号|受理编号|案件号|callid|servicerequestno|issueid",
            "单号|编号|单据编号|id|ticket|case",
        ),
        "customer_id": _CUSTOMER,
        "opened_at": HeadingWords(
            "openeddate|opendate|openedon|createdat|createddate|reportedat|提出时间|受理时间|"
            "报修时间|投诉时间|创建时间|受理日期|投诉日期|报修日期|提交时间|登记时间|登记日期",
            "date|time|opened|日期|时间|created",
        ),
        "kind": HeadingWords(
            "casetype|tickettype|casekind|类型|工单类型|服务类型|问题类型|类别",
            "type|topic|category",
        ),
        "product_id": _PRODUCT,
        "severity": HeadingWords("priority|严重程度|优先级|紧急程度|级别|重要程度"),
        "channel": HeadingWords("渠道|来源|受理渠道|origin|caseorigin"),
        "first_response_at": HeadingWords(
            "firstresponse|firstresponsetime|firstreplyat|firstresponsedate|respondedat|"
            "首次响应时间|响应时间|首响时间|回复时间"
        ),
        "closed_at": HeadingWords(
            "closeddate|closedate|closedon|resolvedat|resolveddate|关闭时间|关闭日期|完成时间|"
            "解决时间|办结时间|完成日期|处理完成时间|解决日期"
        ),
        "resolution": HeadingWords("处理结果|解决方案|处理意见|outcome|result|处理情况"),
        "recorded_on": _RECORDED,
    },
    "surveys": {
        "customer_id": _CUSTOMER,
        "answered_on": HeadingWords(
            "answereddate|responsedate|surveydate|answeredat|completedat|submittedat|答复日期|"
            "调查日期|评价日期|评价时间|回访日期|填写时间|提交时间|reviewcreationdate|reviewdate",
            "date|日期|时间|timestamp|createdat",
        ),
        "score": HeadingWords(
            "satisfactionscore|satisfaction|satisfactionrating|rating|npsscore|csatscore|"
            "reviewscore|得分|评分|满意度|满意度得分|分数|打分|评价得分",
            "value|nps|csat|stars|answer",
        ),
        "instrument": HeadingWords("surveytype|survey|量表|问卷类型|调查类型|指标", "type"),
        "scale_max": HeadingWords("maxscore|scale|满分|最高分|量表满分"),
        "recorded_on": _RECORDED,
    },
    "assessments": {
        "customer_id": _CUSTOMER,
        "item": HeadingWords("评定项目|项目|评估项目|指标|criterion|factor|评分项|考核项目"),
        "value": HeadingWords("评定值|取值|结果|评分|得分|score|rating|分值|评估值|judgement"),
        "assessed_on": HeadingWords(
            "assessmentdate|assesseddate|评定日期|评估日期|评价日期|评分日期", "date|日期|时间"
        ),
        "assessor": HeadingWords("评定人|评估人|评价人|评分人|assessedby|evaluator"),
        "role": HeadingWords("角色|评定角色|岗位|职位"),
        "recorded_on": _RECORDED,
    },
    "financials": {
        "customer_id": _CUSTOMER,
        "period_end": HeadingWords(
            "periodenddate|fiscalyearend|reportdate|报表期末|报告期|报表日期|会计期间|期末|截止日期",
            "period|date|日期|期间|year|年度",
        ),
        "revenue": HeadingWords("营业收入|销售收入|主营业务收入|sales|turnover|totalrevenue"),
        "profit": HeadingWords("净利润|利润|netprofit|netincome|利润总额"),
        "assets": HeadingWords("资产|资产总计|总资产|资产合计|totalassets|资产总额"),
        "liabilities": HeadingWords("负债|负债合计|总负债|totalliabilities|负债总额"),
        "current_assets": HeadingWords("流动资产|流动资产合计|totalcurrentassets"),
        "current_liabilities": HeadingWords("流动负债|流动负债合计|totalcurrentliabilities"),
        "inventory": HeadingWords("存货|库存|inventories|stock"),
    },
    "credit_reports": {
        "customer_id": _CUSTOMER,
        "reported_on": HeadingWords(
            "reportdate|reporteddate|报告日期|查询日期|征信日期", "date|日期"
        ),
        "agency": HeadingWords("机构|征信机构|评级机构|bureau|provider"),
        "rating": HeadingWords("评级|信用评级|信用等级|等级|creditrating|grade"),
        "litigation": HeadingWords("诉讼件数|诉讼数|涉诉数|涉诉件数|lawsuits|诉讼|litigations"),
    },
    "products": {
        "product_id": HeadingWords(_PRODUCT.strong + "|编码|代码|编号|id|code", "product|item"),
        "name": HeadingWords(
            "productname|itemname|产品名称|商品名称|存货名称|物料名称|品名|名称|maktx",
            "description|产品|商品|title",
        ),
        "category": HeadingWords(
            "productcategory|categoryname|productgroup|productcategoryname|itemcategory|"
            "产品类别|产品分类|产品大类|商品类别|商品分类|存货分类|存货分类名称|物料分类|品类|类别|分类|"
            "materialgroup|matkl|categoryid",
            "group|type|department",
        ),
        "tier": HeadingWords("档次|产品档次|产品等级|producttier|productlevel"),
        "unit_cost": HeadingWords(
            "standardcost|productcost|costprice|unitcostprice|单位成本|成本价|参考成本|标准成本|"
            "成本单价|进价|计划价|stprs|成本",
            "cost",
        ),
    },
    "costs": {
        "month": HeadingWords("月份|期间|会计期间|年月|period", "date|日期|发生日期"),
        "kind": HeadingWords(
            "费用类型|费用类别|costtype|expensetype|类型|costkind|费用项目", "type"
        ),
        "amount": HeadingWords("费用金额|金额|costamount|发生额|费用", "cost|total|value"),
        "customer_id": _CUSTOMER,
    },
    "markets": {
        "period": HeadingWords("期间|年度|年份|月份|year|统计期间", "date|日期|month"),
        "total": HeadingWords(
            "市场总量|市场规模|市场容量|marketsize|markettotal|总量", "value|amount|金额"
        ),
        "region": HeadingWords("地区|区域|省份|state|province|territory"),
        "category": HeadingWords("产品类别|品类|类别|productcategory|segment|行业"),
        "main_competitor": HeadingWords("主要竞争对手|竞争对手|competitor|竞品"),
    },
}
