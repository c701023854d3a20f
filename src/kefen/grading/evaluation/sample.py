"""A sample of customers to be judged blind: by people who do not see the grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.evaluation.foretold import BLIND
from kefen.grading.outputs import GRADES_FILE, parquet_pattern

if TYPE_CHECKING:
    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme

_SHOWN = ("name", "region", "industry", "owner")


@dataclass(frozen=True, slots=True)
class BlindRow:
    """A customer to be judged.

    Attributes:
        customer: Its id.
        known: What the judge is told of it: name, region, industry, owner, where there.
        item: The item of the assessment.
        owner: Who looks after it, and so may judge it; empty where that is not known.
    """

    customer: str
    known: tuple[str, ...]
    item: str
    owner: str


def blind_sample(
    stored: StoredRun, dataset: Dataset, scheme: Scheme, size: int
) -> tuple[BlindRow, ...]:
    """Return customers to be judged, as many of each grade as there are, in no order of grades.

    The same run gives the same sample.

    Raises:
        CallError: The scheme's classes have no names, or the size is none.
    """
    if not scheme.classes:
        raise CallError(
            Text("{s} has no grades in order", "{s}的类别没有高低之分").filled(s=scheme.name),
            where="--scheme",
            mend=Text("Choose another scheme.", "请选择其他方案。"),
        )
    pattern = exp.Literal.string(parquet_pattern(stored.directory / GRADES_FILE))
    # md5 is the same everywhere, and tells nothing of the grade.
    key = exp.func(
        "md5",
        exp.DPipe(
            this=column("customer_id"),
            expression=exp.Literal.string(f" {scheme.id} {stored.as_of.isoformat()}"),
        ),
    )
    ranked = (
        exp.select(
            column("customer_id"),
            exp.alias_(key, "chance"),
            exp.alias_(
                exp.Window(
                    this=exp.RowNumber(),
                    partition_by=[column("grade")],
                    order=exp.Order(expressions=[key.copy(), column("customer_id")]),
                ),
                "turn",
            ),
        )
        .from_(exp.func("read_parquet", pattern, dialect="duckdb"))
        .where(
            exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)),
            column("grade").is_(exp.null()).not_(),
        )
    )
    drawn = (
        exp.select(column("customer_id"), column("chance"))
        .from_(ranked.subquery("ranked"))
        .order_by(column("turn"), column("chance"))
        .limit(size)
    )
    told = [name for name in _SHOWN if name in dataset.tables["customers"].columns]
    query = (
        exp.select(column("customer_id"), *(column(name) for name in told))
        .from_(drawn.subquery("drawn"))
        .join(
            table(dataset.tables["customers"].relation),
            using=["customer_id"],
            join_type="left",
        )
        .order_by(column("chance"))
    )
    rows = []
    for customer, *known in dataset.engine.rows(query.sql("duckdb")):
        values = dict(zip(told, known, strict=True))
        rows.append(
            BlindRow(
                str(customer),
                tuple(str(values.get(name) or "") for name in _SHOWN),
                BLIND + scheme.id,
                str(values.get("owner") or ""),
            )
        )
    return tuple(rows)
