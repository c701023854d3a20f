"""What the docstrings of the Python API say of arguments, results and errors, in Chinese.

By the English sentence, so that a sentence that changes is missed by the test until its Chinese
does too.
"""

from __future__ import annotations

SECTIONS = {
    "Args": "参数：",
    "Returns": "返回：",
    "Raises": "异常：",
    "Attributes": "属性：",
}
"""The headings of docstrings."""

WORDS = {
    # Arguments
    "Grades use only what happened by the end of this day; None for the end of the last complete "
    "month with orders.": "只使用截至该日结束时的情况；None 为最后一个完整的有订单月份的月末。",
    "Judgements by people.": "人工评定。",
    "The book.": "账套。",
    "A frozen calibration.": "冻结的标定。",
    "A frozen calibration: a file, `result.calibration`, or its content; None calibrates on these "
    "customers.": "冻结的标定：文件、`result.calibration` 或其内容；None 则按这些客户重新标定。",
    "The folder of the run before: grades held go on from it, alerts are compared with it, and "
    "clusters keep its names; None: there is none.": (
        "上一次评级的目录：现行等级由其延续，预警与其比较，聚类沿用其名称；None 为没有。"
    ),
    "Fault reports, requests and complaints.": "报修、请求与投诉。",
    "New values by metric.": "各指标的新值。",
    "The costs of acquiring, keeping and serving customers.": "获客、维系与服务成本。",
    "The country that counts as home.": "视为本国的国家。",
    "Credit reports.": "信用报告。",
    "The currency as an ISO code; None takes the data's single one.": (
        "币种（ISO 代码）；None 取数据中唯一的币种。"
    ),
    "Three capital letters; what an empty currency means.": (
        "三个大写字母；未写明币种时即指此币种。"
    ),
    "The customer's id.": "客户编号。",
    "The id of a customer of the run, or a row of `customers`.": (
        "评级结果中的客户编号，或 `customers` 的一行。"
    ),
    "The id of a customer of the run; or a row of `customers`, with the customer's rows as "
    "keywords: `orders=[...], receivables=[...]`.": (
        "评级结果中的客户编号；或 `customers` 的一行，并以关键字给出该客户的数据行："
        "`orders=[...], receivables=[...]`。"
    ),
    "The id of a customer whose card is added.": "附上资料卡的客户编号。",
    "The customers; without them, those that facts name.": (
        "客户；不给出时为各数据表中出现的客户。"
    ),
    "Where to compute: `duckdb`, `spark`, or a Spark session; None: as `kefen.toml` says.": (
        "在哪里计算：`duckdb`、`spark` 或 Spark 会话；None 按 `kefen.toml` 的设置。"
    ),
    "Where to compute: `duckdb`, `spark`, or a Spark session; None: in Spark where a table is a "
    "Spark DataFrame, else in DuckDB.": (
        "在哪里计算：`duckdb`、`spark` 或 Spark 会话；None 时，有 Spark DataFrame 则用 Spark，"
        "否则用 DuckDB。"
    ),
    "The rows by table; none for a customer of the run.": (
        "按数据表给出的行；评级结果中的客户无需给出。"
    ),
    "Financial statements.": "财务报表。",
    "Where it is.": "所在目录。",
    "Where they are.": "所在目录。",
    "Where.": "放在哪里。",
    "Where; made whole or not at all.": "目标目录；要么完整写成，要么不写。",
    "The table to read.": "要读取的数据表。",
    "The grade to reach, by code or name.": "要达到的等级，用代码或名称。",
    "Visits, calls and messages.": "拜访、通话与消息。",
    "The language of its results.": "其结果的语言。",
    "The language of reasons and reports, `en` or `zh`.": "原因与报告的语言，`en` 或 `zh`。",
    "The language of words and reports; None: the book's.": (
        "文字与报告的语言；None 为账套的语言。"
    ),
    "The language of words, `en` or `zh`.": "文字的语言，`en` 或 `zh`。",
    "A mapping file, or its content as a mapping.": "映射文件，或字典形式的内容。",
    "A mapping file, or its content.": "映射文件或其内容。",
    "The size of markets.": "市场规模。",
    "The share of a table's rows that may be rejected.": "一个数据表中允许被拒绝的行所占比例。",
    "The share of the rows that may be rejected.": "允许被拒绝的行所占比例。",
    "The memory limit of DuckDB, in one task where Spark computes.": (
        "DuckDB 的内存上限；由 Spark 计算时为每个任务的上限。"
    ),
    "The memory limit of DuckDB, in one task where Spark computes; what does not fit goes to "
    "disk.": "DuckDB 的内存上限；由 Spark 计算时为每个任务的上限；放不下的部分写入磁盘。",
    "The same, as keywords: `revenue=50_000`.": "同上，以关键字给出：`revenue=50_000`。",
    "Its name, for people; None: the folder's.": "供人看的名称；None 为目录名。",
    "A note kept with the batch.": "随批次保存的备注。",
    "The order lines.": "订单行。",
    "Whether a report there may be replaced.": "是否可以覆盖该处已有的报告。",
    "Whether the results there may be replaced.": "是否可以覆盖该处已有的结果。",
    "The payments.": "回款。",
    "The folder of an earlier run to compare the counts with.": (
        "更早一次评级的目录，用于比较客户数。"
    ),
    "The products.": "产品。",
    "One SELECT to read instead.": "改为读取一条 SELECT 查询的结果。",
    "A CSV file of exchange rates into it.": "折算为该币种的汇率表（CSV）。",
    "A CSV file of exchange rates into the book's currency; None for those that the book keeps.": (
        "折算为账套币种的汇率表（CSV）；None 则使用账套保存的汇率表。"
    ),
    "A CSV file of exchange rates into the currency, which the book keeps.": (
        "折算为该币种的汇率表（CSV），由账套保存。"
    ),
    "A CSV file of exchange rates into the book's currency: currency, from (optional) and rate. "
    "It takes the place of the one that the book has.": (
        "折算为账套币种的汇率表（CSV）：币种、生效日期（可省略）和汇率；取代账套原有的汇率表。"
    ),
    "The invoices.": "应收账款（发票）。",
    "Whether the reports are kept beside it.": "是否同时保存报告。",
    "Whether the run gets its reports; of a run on Spark, this machine makes them from the written "
    "results.": "是否生成报告；由 Spark 评级时，报告由本机根据写好的结果生成。",
    "A path, a frame, a list of rows, or a list of several of these.": (
        "文件路径、各库的表、由行组成的列表，或其中几项的列表。"
    ),
    "Only this scheme, by id or name; None: all that were run.": (
        "只看此方案，用编号或名称；None 为所有已运行的方案。"
    ),
    "The scheme, by id or name.": "方案，用编号或名称。",
    "The sheet of an Excel file.": "Excel 文件的工作表。",
    "The sheet of a table's Excel file, by table.": "各数据表所在的 Excel 工作表。",
    "Read only what is new by this column since the last import of the same source; what equals "
    "the last value comes again, and changes nothing. Undoing a batch moves the last value back.": (
        "只读取同一来源上次导入之后按此列更新的数据；与上次取值相等的行会再次读取，但不改变任何"
        "内容。撤销批次时该取值随之退回。"
    ),
    "A file, or a standard's text.": "文件，或标准的文本。",
    "A file, the name of a ready standard, or a standard's text; None for the default standard.": (
        "文件、现成标准的名称或标准的文本；None 为默认标准。"
    ),
    "The URL of Spark's master or a Spark Connect address; None for the session that is open, else "
    "this machine.": (
        "Spark 主节点的 URL 或 Spark Connect 地址；None 为已打开的会话，没有会话时为本机。"
    ),
    "The URL of Spark's master or a Spark Connect address; None: for Spark, as `kefen.toml` says, "
    "else the session that is open, else this machine.": (
        "Spark 主节点的 URL 或 Spark Connect 地址；None 时，使用 Spark 则依次取 `kefen.toml` 的"
        "设置、已打开的会话、本机。"
    ),
    "A file, the code of a standard of the book, the name of a ready standard, or what "
    "`read_standard` returned; None for the default standard.": (
        "文件、账套中标准的代码、现成标准的名称，或 `read_standard` 的返回值；None 为默认标准。"
    ),
    "A file, the name of a ready standard, or what `read_standard` returned; None for the default "
    "standard.": "文件、现成标准的名称，或 `read_standard` 的返回值；None 为默认标准。",
    "Answers to surveys.": "调查答复。",
    "The contract table, such as `orders`.": "数据表，例如 `orders`。",
    "Seconds that the database may take.": "数据库查询的最长秒数。",
    "The IANA zone of its times.": "其时间所在的 IANA 时区。",
    "The IANA zone that times with a zone are converted to.": "带时区的时间换算到的 IANA 时区。",
    "Such as `postgresql://reader:${SHOP_PASSWORD}@host/shop` or `sqlite:///shop.db`; `${NAME}` "
    "stands for a variable of the environment.": (
        "例如 `postgresql://reader:${SHOP_PASSWORD}@host/shop` 或 `sqlite:///shop.db`；"
        "`${NAME}` 表示环境变量。"
    ),
    "The database, see `from_database`; or `@name`, a source that `kefen.toml` knows, which says "
    "itself what to read.": (
        "数据库，写法见 `from_database`；或 `@名称`，即 `kefen.toml` 中保存的数据源，"
        "读取内容由其写明。"
    ),
    # Attributes
    "What the command line exits with: 1, the data or the standard is wrong.": (
        "命令行的退出码：1 表示数据或标准有误。"
    ),
    "What to do about it.": "处理办法。",
    "What is wrong.": "什么问题。",
    "File, line, column, row or field; empty when it has no place.": (
        "文件、行、列、数据行或字段；没有位置时为空。"
    ),
    # Results
    "The batch: how many rows are new, updated, unchanged and rejected.": (
        "批次：新增、更新、未变与被拒绝的行数。"
    ),
    "The folder.": "该目录。",
    "The problems in order, each with its place (line and column), what is wrong and the mend; "
    "empty where nothing is.": (
        "按顺序列出的问题，各有位置（行与列）、问题与处理办法；没有问题时为空。"
    ),
    "The result; its tables are of the library of the first frame given, else Arrow tables.": (
        "评级结果；其中的表与给出的第一个表同属一个库，否则为 Arrow 表。"
    ),
    # Errors
    "It is no book, of a newer format, or damaged.": "不是账套、格式较新，或已损坏。",
    "The book is in use or cannot be written.": "账套正在使用中，或无法写入。",
    "The book is in use or cannot be written; it is as it was.": (
        "账套正在使用中，或无法写入；账套保持原样。"
    ),
    "`rates` is no rate table.": "`rates` 不是汇率表。",
    "The file is no rate table.": "该文件不是汇率表。",
    "The book names no currency, is in use or cannot be written.": (
        "账套没有写明币种、正在使用中，或无法写入。"
    ),
    "There is a book already, a setting is wrong, or the disk refuses.": (
        "已有账套、设置有误，或磁盘拒绝写入。"
    ),
    "An argument is wrong, or the driver is not installed.": "参数有误，或未安装驱动程序。",
    "An argument is wrong.": "参数有误。",
    "It exists and may not be replaced.": "已存在且不允许覆盖。",
    "The URL or the question is wrong, or the driver is not installed.": (
        "URL 或查询有误，或未安装驱动程序。"
    ),
    "The folder exists and may not be replaced; there is no such customer; or the earlier run is "
    "not earlier.": "目录已存在且不允许覆盖；没有该客户；或所给的评级并不更早。",
    "The run has no such customer or scheme.": "评级结果中没有该客户或方案。",
    "There are none.": "该处没有结果。",
    "There is no such batch, or it cannot be undone.": "没有该批次，或无法撤销。",
    "There is no such customer or metric, or a value does not fit.": (
        "没有该客户或指标，或取值不合适。"
    ),
    "There is no such customer or table, or one customer's rows are not enough.": (
        "没有该客户或数据表，或仅凭一位客户的数据行不足以计算。"
    ),
    "There is no such customer, grade or scheme.": "没有该客户、等级或方案。",
    "There is no such customer, table or scheme.": "没有该客户、数据表或方案。",
    "There is no such file.": "文件不存在。",
    "There is no such run.": "没有该评级结果。",
    "There is no such table, or one customer's rows are not enough.": (
        "没有该数据表，或仅凭一位客户的数据行不足以计算。"
    ),
    "There is none of that name.": "没有该名称的标准。",
    "A file of it is damaged.": "其中有文件已损坏。",
    "A file of them is damaged.": "其中有文件已损坏。",
    "A value is not what its column holds.": "取值与该列的类型不符。",
    "The data cannot be used as they are.": "数据无法直接使用。",
    "The database cannot be reached or does not answer.": "无法连接数据库，或数据库没有响应。",
    "The database does not answer, or the rows cannot be used.": (
        "数据库没有响应，或数据行无法使用。"
    ),
    "The rows cannot be used as they are, or contradict the book.": (
        "数据行无法直接使用，或与账套矛盾。"
    ),
    "Memory or disk ran out, a number is too large to be exact, or Spark is not there.": (
        "内存或磁盘不足、数值过大无法精确计算，或没有 Spark。"
    ),
    "The disk is full.": "磁盘已满。",
    "The files cannot be written, or the result is Spark's and its data are not in files.": (
        "文件无法写入，或结果来自 Spark 且数据不在文件中。"
    ),
    "The result is Spark's, and its data are not in files.": "结果来自 Spark，且数据不在文件中。",
    "An argument, the data, the standard or the book is wrong.": "参数、数据、标准或账套有误。",
    "It cannot be used as it is written; says where, and the mend.": (
        "标准的写法无法使用；会指出位置与处理办法。"
    ),
    "The standard cannot be used as it is written.": "标准的写法无法使用。",
    "Their standard cannot be read by this version.": "其标准无法由此版本读取。",
}
"""Sentences and their Chinese."""
