"""The CDNOW customers as the models of lifetime value take them: 39 weeks, and the next 39."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.methods.clv.maximum import Floats

SUMMARY = "cdnow/cdnow_customers_summary.csv"
SAMPLE = "cdnow/cdnow_sample.parquet"
MASTER = "cdnow/cdnow_master.parquet"
CALIBRATION_END = date(1997, 9, 30)
WEEKS = 39


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers of the calibration period.

    Attributes:
        histories: Rows of (repeat purchases, weeks to the last one, weeks since the first).
        later: Repeat purchases in the 39 weeks after.
        amounts: Rows of (repeat purchases, their mean amount rounded to cents) of those with any.
    """

    histories: Floats
    later: Floats
    amounts: Floats


def summary(data: Path) -> Floats:
    """Return the published histories of the 1/10 sample, in weeks."""
    rows: Floats = np.loadtxt(data / SUMMARY, delimiter=",", skiprows=1, usecols=(1, 2, 3))
    return rows


def cohort(path: Path) -> Cohort:
    """Return the cohort in a file of purchases; purchases of one day are one."""
    import pyarrow.parquet as pq

    columns = pq.read_table(path, columns=["customer_id", "date", "dollar_value"]).to_pydict()
    days: dict[object, dict[date, Decimal]] = {}
    for customer, moment, amount in zip(*columns.values(), strict=True):
        spent = days.setdefault(customer, {})
        spent[moment.date()] = spent.get(moment.date(), Decimal(0)) + Decimal(repr(amount))
    histories, later, amounts = [], [], []
    for _, spent in sorted(days.items(), key=lambda one: str(one[0])):
        first = min(spent)
        repeats = sorted(day for day in spent if first < day <= CALIBRATION_END)
        last = repeats[-1] if repeats else first
        weeks = ((last - first).days / 7, (CALIBRATION_END - first).days / 7)
        histories.append((len(repeats), *weeks))
        later.append(sum(day > CALIBRATION_END for day in spent))
        if repeats:
            mean = sum((spent[day] for day in repeats), Decimal(0)) / len(repeats)
            amounts.append((len(repeats), float(mean.quantize(Decimal("0.01"), ROUND_HALF_UP))))
    return Cohort(np.array(histories), np.array(later, dtype=np.float64), np.array(amounts))
