"""What every key of a standard's document means, in a sentence, for editors and references."""

from __future__ import annotations

from kefen.domain.text import Text

_VERBS = {
    "sum": Text("The sum of an expression: orders.amount.", "表达式的合计：orders.amount。"),
    "count": Text("How many rows a fact has.", "事实表的行数。"),
    "distinct": Text("How many different values.", "不同取值的个数。"),
    "smallest": Text("The smallest value.", "最小值。"),
    "largest": Text("The largest value.", "最大值。"),
    "mean": Text("The mean.", "平均值。"),
    "earliest": Text("The earliest date.", "最早日期。"),
    "latest": Text("The latest date.", "最晚日期。"),
    "leading": Text("The value with the largest sum of “by”.", "“by”合计最大的那个取值。"),
    "first": Text("The value in the first row by date.", "按日期第一行的取值。"),
    "last": Text("The value in the last row by date.", "按日期最后一行的取值。"),
    "daily_average": Text(
        "A level that each row sets, averaged over the days of the window.",
        "各行所设水平在窗口各日的平均（如日均余额）。",
    ),
    "highest_balance": Text(
        "The highest that rows summed from the beginning reach at the end of a day of the window.",
        "逐行累计的余额在窗口内各日日终的最大值（如最高欠款）。",
    ),
    "judged": Text(
        "What people judged: an item of the assessments.", "人工评定：assessments 中的项目。"
    ),
    "from_model": Text("The model that gives it.", "给出它的模型。"),
    "value": Text(
        "An expression over other metrics, customers.COLUMN and as_of.",
        "由其他指标、customers.列 和 as_of 计算的表达式。",
    ),
}
METRIC = {
    **_VERBS,
    "gives": Text("With from_model: which of its results.", "与 from_model 同用：取哪个结果。"),
    "discount": Text(
        "With from_model: the yearly rate of discount, as 10 %.",
        "与 from_model 同用：年折现率，如 10 %。",
    ),
    "bands": Text(
        "With value: the number or text that its bands give.", "与 value 同用：按分档取数值或文字。"
    ),
    "by": Text(
        "With leading: what is summed. With judged: the role. With bands: what chooses a table.",
        "与 leading 同用：合计什么；与 judged 同用：评定角色；与 bands 同用：用来选表的表达式。",
    ),
    "name": Text("Its name for people.", "显示名称。"),
    "description": Text("What it means, for people.", "说明文字。"),
    "unit": Text("What its values are.", "数值的单位。"),
    "where": Text("Which rows count.", "计入哪些行。"),
    "over": Text(
        "The window of time; without it the standard's. With from_model: next 12 months.",
        "时间窗口；不写则用标准的窗口。与 from_model 同用：next 12 months。",
    ),
    "dated": Text(
        "Another date column that places rows in the window.", "以哪一个日期列归入窗口。"
    ),
    "per": Text("Divided by the months of the window.", "除以窗口的月数。"),
    "each": Text(
        "First by group: a period, every period, n months, or an expression; one or two.",
        "先分组：按期间、每个期间、连续 n 个月，或按表达式；可一层或两层。",
    ),
    "take": Text("How the groups become one value.", "各组如何合为一个值。"),
    "across": Text(
        "Counted over all customers that share this column: parent_id, household.",
        "并入该列相同的所有客户：parent_id、household。",
    ),
    "from": Text("With judged: the least number.", "与 judged 同用：最小数值。"),
    "to": Text("With judged: the largest number.", "与 judged 同用：最大数值。"),
    "whole": Text("With judged: only whole numbers.", "与 judged 同用：只取整数。"),
    "one_of": Text("With judged: the words it may be.", "与 judged 同用：可取的词语。"),
    "raters": Text(
        "With judged: how several judgements become one.", "与 judged 同用：多人评定如何合并。"
    ),
}
DOCUMENT = {
    "standard": Text("Its code: letters, digits, -.", "代码：字母、数字、-。"),
    "version": Text("A whole number; raised when the meaning changes.", "整数；含义改变时提高。"),
    "name": Text("Its name for people.", "显示名称。"),
    "description": Text("What it is for.", "用途说明。"),
    "notice": Text("What every output of its grades says.", "凡输出其等级之处均须显示的声明。"),
    "valid_from": Text("The first day this edition is in force.", "本版生效首日。"),
    "valid_until": Text("The last day this edition is in force.", "本版生效末日。"),
    "window": Text("The window of metrics that say no “over”.", "未写“over”的指标所用的窗口。"),
    "calibration": Text(
        "When runs of a book learn their lines anew: each run, frozen until 2026-12-31, "
        "every 12 months.",
        "账套评级何时重新标定：each run（每次）、frozen until 2026-12-31（冻结至某日）、"
        "every 12 months（每 12 个月）。",
    ),
    "confidence": Text("Below what grades are marked low.", "低于何值时等级标为置信度低。"),
    "up_to_date": Text(
        "How old the newest date of a metric may be before a run warns: 150 days.",
        "某指标的最新日期允许的天数，超过则评级时警告：150 days。",
    ),
    "reasons": Text(
        "Codes of your own for customers without a grade.", "客户没有等级时的自定义原因代码。"
    ),
    "models": Text(
        "What is fitted to metrics and gives metrics, by id.",
        "据指标拟合、又给出指标的模型，按编号。",
    ),
    "metrics": Text("What is measured, by id.", "衡量什么，按编号。"),
    "schemes": Text("Who is graded how, by id.", "谁按什么评级，按编号。"),
    "alerts": Text(
        "What is warned of, by id: early warning, and customers on a rising path.",
        "预警，按编号：风险预警与成长中的客户。",
    ),
    "ownership": Text(
        "Whose customers may be: limits, protection, cool-down, return to the pool.",
        "客户归属：上限、保护期、冷却期、收回公海。",
    ),
}
OWNERSHIP = {
    "by": Text("The scheme whose grades the rules speak of.", "规则所依据等级的方案。"),
    "at_most": Text(
        "How many customers a person may own: one number, or one for each grade.",
        "每人最多拥有的客户数：一个数，或按等级。",
    ),
    "claims_a_day": Text("How many a person may claim on one day.", "每人每天最多领取数。"),
    "protection": Text(
        "How long after it was given to somebody a customer is not returned: 30 days.",
        "分配或领取后多久内不收回：30 days。",
    ),
    "cool_down": Text(
        "How long who gave a customer up may not claim it again: 30 days.",
        "退回或被收回后多久内不得再次领取：30 days。",
    ),
    "returns": Text(
        "After how long without contact or purchase it returns to the pool: 90 days, or never.",
        "多久无联系且无购买则收回公海：90 days，或 never。",
    ),
    "remind": Text("How long before that its owner is told: 14 days.", "收回前多久提醒：14 days。"),
}
CONFIDENCE = {
    "small_population": Text("Fewer customers graded than this.", "参评客户少于此数。"),
    "coverage": Text("Fewer of the window's months with orders.", "窗口内有订单的月份少于此比例。"),
}
MODEL = {
    "method": Text("What is fitted.", "所用方法。"),
    "name": Text("Its name for people.", "显示名称。"),
    "description": Text("What it is for.", "用途说明。"),
    "inputs": Text("What it is fitted to: expressions over metrics.", "拟合所用的指标表达式。"),
    "among": Text("Whom it is about; without it everybody.", "适用范围；不写则为全部客户。"),
    "lost": Text(
        "Who counts as lost, as known on the as-of date: what it learns to foretell.",
        "谁算流失（以评级日所知为准）：模型学习预测的对象。",
    ),
    "learned_as_of": Text(
        "How long before the as-of date the inputs are that it learns from: 6 months ago.",
        "学习所用的输入取自评级日之前多久，如 6 months ago。",
    ),
    "smallest_population": Text("With fewer customers it is not fitted.", "客户少于此数时不拟合。"),
    "settings": Text("Settings of the method.", "方法的设置。"),
}
SCHEME = {
    "name": Text("Its name for people.", "显示名称。"),
    "question": Text("The question it answers.", "它回答的问题。"),
    "rationale": Text("Formula and reasons, in words.", "算法与依据。"),
    "among": Text("Who is graded; without it everybody.", "评级范围；不写则为全部客户。"),
    "otherwise": Text("The reason code of the others.", "其余客户的原因代码。"),
    "within": Text(
        "Ranks, shares and learned values are those within each value of this.",
        "排名、份额与标定值按此项分组分别确定。",
    ),
    "learn": Text("Values learned from those graded.", "从参评客户中得出的数值。"),
    "groups": Text("Groups of indicators.", "指标项的分组。"),
    "indicators": Text("The lines of the score.", "计分的各项。"),
    "weights_from": Text("Where the weights come from.", "权重的来源。"),
    "start": Text("The points the score starts from.", "起始分。"),
    "at_most": Text("The most points in all.", "总分上限。"),
    "at_least": Text("The fewest points in all.", "总分下限。"),
    "out_of": Text("The stated best total; checked.", "声明的满分；会核对。"),
    "score": Text("The score, when it is not the sum of points.", "得分；不写则为各项之和。"),
    "score_text": Text("“points”: the points joined by -.", "“points”：各项分值以 - 相连。"),
    "grade_by": Text(
        "How the grade follows: score, conditions, share of, rank of, grid of, value of.",
        "如何定级：score、conditions、share of、rank of、grid of、value of。",
    ),
    "ties": Text(
        "With rank of: whether equals of the last one are in.", "与 rank of 同用：并列者是否在内。"
    ),
    "crossing": Text(
        "With share of: whether the customer that crosses a line is inside it.",
        "与 share of 同用：跨线的客户是否在线内。",
    ),
    "rounding": Text("With rank of: parts of a customer.", "与 rank of 同用：不足一户如何取整。"),
    "grades": Text("The classes, best first.", "等级，从高到低。"),
    "rules": Text("What changes the grade afterwards, in order.", "定级后依次调整的规则。"),
    "tags": Text("Marks beside the grade.", "等级之外的标记。"),
    "terms": Text("What each grade gets.", "各等级享受的待遇。"),
    "service": Text(
        "What work each grade causes and what it is entitled to, by grade.",
        "各等级享有的服务与由此产生的工作，按等级。",
    ),
    "review": Text("After how long a grade is reviewed, by grade.", "各等级多久复评。"),
    "movement": Text("How its grades may move over time.", "等级如何随时间升降。"),
    "reviews": Text(
        "How ratings by people are followed: due, due again, overdue.",
        "如何跟踪人工评级：何时到期、何时须重评、何时逾期。",
    ),
    "approval": Text("Which roles approve a grade, by grade.", "各等级由哪些角色审批。"),
    "advice": Text("With value of: what to do.", "与 value of 同用：建议。"),
}
SERVICE = {
    "visit": Text("How often it is visited: every month.", "拜访频次：every month。"),
    "contact": Text("How often it is spoken with: every 2 weeks.", "联系频次：every 2 weeks。"),
    "answer_within": Text(
        "In what time it gets an answer: 4 hours, 1 working day.",
        "响应时限：4 hours、1 working day。",
    ),
    "by": Text(
        "Who acts: owner, team, service_desk; without it the owner.",
        "由谁服务：owner（负责人）、team（团队）、service_desk（服务台）；不写则为负责人。",
    ),
    "price": Text("At what price it buys.", "价格政策。"),
    "rebate": Text("Which share of its purchases it gets back: 3 %.", "返利比例：3 %。"),
    "supply": Text("Its place when supply is short; 1 is first.", "供货次序；1 为最先。"),
    "credit": Text("On what terms it may owe.", "信用条件。"),
    "benefits": Text("What it gets besides; one or several.", "其他权益；一项或多项。"),
}
REVIEWS = {
    "rated": Text("The metric with the day of the last rating.", "最近一次评级日期的指标。"),
    "rated_as": Text("The metric with the grade then given.", "当时所评等级的指标。"),
    "opened": Text(
        "The metric with the day from which the first rating is due.", "首次评级起算日的指标。"
    ),
    "again": Text(
        "The metric with a day that makes an earlier rating due again.",
        "使此前评级须重新进行的日期的指标。",
    ),
    "first": Text(
        "How long the first rating may take: 10 working days.", "首次评级期限：10 working days。"
    ),
    "twice": Text(
        "true: each grade's interval is at most twice that of the one before it.",
        "true：每级的复评间隔不超过上一级的两倍。",
    ),
    "fewest_grades": Text("How many grades there must be at least.", "至少须有几个等级。"),
}
GROUP = {
    "name": Text("Its name for people.", "显示名称。"),
    "weight": Text("What the weights of its indicators add up to.", "组内权重之和。"),
    "weights_from": Text("Where the weights of its indicators come from.", "组内权重的来源。"),
    "start": Text("The points it starts from.", "起始分。"),
    "at_most": Text("The most points it gives.", "上限。"),
    "at_least": Text("The fewest points it gives.", "下限。"),
    "indicators": Text("Its indicators.", "组内各项。"),
}
_RANKED = Text(
    "1 to n points by rank: higher is better, or lower is better.",
    "按排名计 1 到 n 分：higher is better 或 lower is better。",
)
INDICATOR = {
    "name": Text("Its name; without it that of its metric.", "名称；不写则用指标的名称。"),
    "value": Text(
        "What is scored; without it the metric of the same id.", "计分依据；不写则为同名指标。"
    ),
    "applies": Text("For whom it counts at all.", "对哪些客户适用。"),
    **dict.fromkeys(("halves", "thirds", "quarters", "fifths", "tenths"), _RANKED),
    "position": Text("The weight times the position by rank.", "权重 × 排名位置。"),
    "of_best": Text("As a part of the best value.", "占最优值的比例。"),
    "bands": Text(
        "Points by the first band that holds: “>= 60: 30”, “[40, 60): 25”, “else: 0”.",
        "按首个符合的分档计分：“>= 60: 30”、“[40, 60): 25”、“else: 0”。",
    ),
    "points": Text(
        "Points by an expression, which may use “value”.", "用表达式计分，可用“value”。"
    ),
    "by": Text("With bands: what chooses the table.", "与 bands 同用：用来选表的表达式。"),
    "weight": Text("Its share of the whole.", "权重。"),
    "out_of": Text("The points that earn all of the weight.", "得满权重所需的分值。"),
    "at_most": Text("The most points it gives.", "上限。"),
    "at_least": Text("The fewest points it gives.", "下限。"),
    "if_unknown": Text(
        "What an unknown value does: left out, no grade, zero, worst, or points.",
        "取值未知时：left out、no grade、zero、worst，或给定分值。",
    ),
    "better": Text(
        "Which values earn more; reversed points are refused then.",
        "何者得分更高；写明后分值颠倒会被拒绝。",
    ),
}
LEARNED = {
    "name": Text("Its name for people.", "显示名称。"),
    "most_common": Text("The most common value.", "最常见的取值。"),
    "largest": Text("The largest value.", "最大值。"),
    "smallest": Text("The smallest value.", "最小值。"),
    "mean": Text("The mean.", "平均值。"),
    "sum": Text("The sum.", "合计。"),
    "count": Text("How many are known.", "已知的个数。"),
    "middle": Text("The middle value.", "中位数。"),
    "cut": Text("The value at the rank “at”.", "位于“at”处的取值。"),
    "at": Text("With cut: which part of all, counted upwards.", "与 cut 同用：自低至高的比例。"),
}
GRADE = {
    "when": Text(
        "When it is given: a line of the score, a share, a condition, cells, or else.",
        "何时给予：得分线、份额、条件、网格单元，或 else。",
    ),
    "name": Text("Its name for people.", "显示名称。"),
    "advice": Text("What to do for such a customer.", "对此类客户的建议。"),
    "strategy": Text("Develop, keep, streamline or leave.", "发展、维持、精简或退出。"),
    "tone": Text("Its colour.", "颜色。"),
    "reason": Text("It means no grade, for this reason.", "表示不评级，及其原因代码。"),
}
RULE = {
    "when": Text("For whom it holds.", "对哪些客户生效。"),
    "name": Text("Its name for people.", "显示名称。"),
    "grade": Text("The grade it gives.", "直接给予的等级。"),
    "no_grade": Text("The reason it takes the grade away for.", "取消等级的原因代码。"),
    "at_most": Text("The highest grade it leaves.", "最高等级。"),
    "at_least": Text("The lowest grade it leaves.", "最低等级。"),
}
ALERT = {
    "name": Text("Its name for people.", "显示名称。"),
    "among": Text(
        "Who can be warned of at all; those warned of are compared with the others of them.",
        "可能预警的客户范围；检验预警时只与范围内的其他客户比较。",
    ),
    "when": Text(
        "For whom of them it holds; names of the run before stand behind “before.”.",
        "对其中哪些客户成立；上一次评级的名称前加“before.”。",
    ),
    "severity": Text(
        "How pressing it is: high, medium, low, or chance.",
        "紧急程度：high、medium、low；chance 表示机会。",
    ),
    "advice": Text("What to do.", "建议。"),
    "foretells": Text(
        "What is expected of a later run if nothing is done.", "若不采取措施，之后的评级预期如何。"
    ),
    "within": Text("How many months later: 3 months.", "多少个月之后：3 months。"),
    "already": Text(
        "counts: those of whom it is true already are judged too, since it is asked of the months "
        "to come alone.",
        "counts：预期已成立的客户也参加检验，因为所问的只是其后的月份。",
    ),
}
TAG = {
    "when": Text("For whom it holds.", "对哪些客户生效。"),
    "name": Text("Its name for people.", "显示名称。"),
}
TERM = {
    "name": Text("Its name for people.", "显示名称。"),
    "unit": Text("What its values are; text for wordings.", "数值的单位；文字写 text。"),
    "else": Text("What every other grade gets.", "其余等级的待遇。"),
}
WEIGHT_SOURCE = {
    "method": Text("expert, ahp, entropy or critic.", "expert、ahp、entropy 或 critic。"),
    "source": Text("The file or run they come from.", "来源的文件或评级结果。"),
    "sha256": Text("The checksum of that file.", "该文件的校验和。"),
    "on": Text("The day they were found.", "确定权重的日期。"),
    "consistency_ratio": Text("Of pairwise judgements.", "两两比较的一致性比率。"),
    "agreement": Text("Kendall's W of the experts.", "专家意见的一致程度（肯德尔 W）。"),
    "cases": Text("How many experts or customers.", "专家或客户数。"),
}
MOVEMENT = {
    "every": Text(
        "On which days grades move: every month, quarter, half-year or year; without it in every "
        "run.",
        "按何周期调级：month、quarter、half-year 或 year；不写则每次评级都可变动。",
    ),
    "on": Text(
        "The day: “20”, “last Friday”, “1 April”; without it the period's last day.",
        "调级日：“20”、“last Friday”、“1 April”；不写则为期末最后一天。",
    ),
    "at_once": Text(
        "What makes a grade move at once, whatever day it is and whatever keeps it.",
        "出现何种情况时立即调级，不论日期与保级期。",
    ),
    "takes_effect": Text(
        "From when a move is in force: same day, next day, next month, next quarter, next year.",
        "变动从何时生效：same day、next day、next month、next quarter、next year。",
    ),
    "to_rise": Text("By grade: what must hold to rise to it.", "按等级：升到该级须满足的条件。"),
    "to_stay": Text("By grade: what is enough to stay at it.", "按等级：保住该级只需满足的条件。"),
    "keeps": Text(
        "How long a grade is kept: 6 months, until 31 January; or by first, rise, fall, stay.",
        "等级保留多久：6 months、until 31 January；或按 first、rise、fall、stay 分别写。",
    ),
    "rise": Text("How grades rise.", "如何升级。"),
    "fall": Text("How grades fall.", "如何降级。"),
    "counters": Text(
        "Numbers counted afresh after a move, by id.", "变动后重新起算的累计数，按编号。"
    ),
    "rules": Text(
        "What holds whatever was computed, in turn.", "不论计算结果都适用的规则，依次执行。"
    ),
}
WAY = {
    "when": Text("Only where this holds.", "仅当此条件成立。"),
    "by": Text("hand: only where a person lifts the customer.", "hand：仅当由人工提出升级。"),
    "steps": Text("At most so many grades at once.", "一次至多几级。"),
    "once_in": Text("At most once in this time.", "此时间内至多一次。"),
    "after": Text(
        "How long the reason must last: 3 months, or 3 times running; also by grade.",
        "原因须持续多久：3 months 或 3 times running；也可按等级写。",
    ),
}
KEEPS = {
    "first": Text("From the first grade on.", "自首次定级起。"),
    "rise": Text("From a rise on.", "自升级起。"),
    "fall": Text("From a fall on.", "自降级起。"),
    "stay": Text("From the day on which it was kept again.", "自保级成功之日起。"),
}
COUNTER = {
    "name": Text("Its name for people.", "显示名称。"),
    "counts": Text(
        "What is counted: an expression over the whole history.", "累计什么：对全部历史的表达式。"
    ),
    "afresh": Text(
        "After what it begins afresh: rise, fall, stay, “every 365 days”, “every 31 December”.",
        "何时重新起算：rise、fall、stay、“every 365 days”、“every 31 December”。",
    ),
    "carries_above": Text(
        "What it has above this number goes on counting when it begins afresh; also by grade.",
        "重新起算时，超出此数的部分继续计入；也可按等级写。",
    ),
}
MOVEMENT_RULE = {
    "when": Text("For whom it holds.", "对哪些客户生效。"),
    "name": Text("Its name for people.", "显示名称。"),
    "grade": Text("The grade it puts the customer into.", "直接定为的等级。"),
    "at_most": Text(
        "The highest grade it leaves: a grade, previous, or one above previous.",
        "最高等级：某等级、previous 或 one above previous。",
    ),
    "at_least": Text(
        "The lowest grade it leaves: a grade, previous, or one above previous.",
        "最低等级：某等级、previous 或 one above previous。",
    ),
    "for": Text(
        "How long it goes on from the day it begins to hold: 1 year, until 31 January, ever.",
        "自成立之日起持续多久：1 year、until 31 January、ever。",
    ),
}
