"""The Online Retail year as it ships with the package.

One row a line, with the columns of the UCI repository: InvoiceNo, StockCode, Description, Quantity,
InvoiceDate, UnitPrice (pounds, three decimals), CustomerID (null where unknown), Country.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kefen.domain.text import Text

ORIGINAL = Path(__file__).parent / "data" / "online_retail.parquet"
"""The file of all lines."""

FIRST_DAY = date(2010, 12, 1)
"""The first day of the year's lines."""

LAST_DAY = date(2011, 12, 9)
"""The last day with lines: the day on which the demonstration's export was made."""

CURRENCY = "GBP"
"""The currency of every price."""

ATTRIBUTION = Text(
    "Order lines: Daqing Chen, “Online Retail”, UCI Machine Learning Repository, 2015, "
    "https://doi.org/10.24432/C5BW33, CC BY 4.0; stored compactly, unchanged in content.",
    "订单明细：Daqing Chen，《Online Retail》，UCI 机器学习库，2015，"
    "https://doi.org/10.24432/C5BW33，CC BY 4.0 许可；仅压缩存储，内容未改。",
)
"""Whose data it is, to be shown wherever it shows."""
