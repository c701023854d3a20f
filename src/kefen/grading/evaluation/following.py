"""The period that followed a run, and what each of its customers did in it and before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import as_of_view, column, purchases_view, table
from kefen.domain.calendar import months_before
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.expressions.sql import literal
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE, parquet_pattern
from kefen.grading.population import last_order_on
from kefen.standards.facts import RECORDED_ON

if TYPE_CHECKING:
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset

DEFAULT_MONTHS = 3
_YEAR = 12
GRADES = "evaluated grades"
METRICS = "evaluated metrics"
FOLLOWED = "followed"
_BEFORE, _AFTER = "orders to the date", "orders to the end"


@dataclass(frozen=True, slots=True)
class Period:
    """The period that follows an as-of date, and the one of equal length before it.

    Attributes:
        as_of: The as-of date; the period begins on the next day.
        months: Its length.
    """

    as_of: date
    months: int

    @property
    def end(self) -> date:
        """Return its last day."""
        return months_before(self.as_of, -self.months)

    @property
    def before(self) -> date:
        """Return the day after which the period before it begins."""
        return months_before(self.as_of, self.months)

    @property
    def words(self) -> Text:
        """Return it in words."""
        return Text("{a} to {b}", "{a} 至 {b}").filled(
            a=(self.as_of + timedelta(days=1)).isoformat(), b=self.end.isoformat()
        )

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "after": self.as_of.isoformat(),
            "to": self.end.isoformat(),
            "months": self.months,
        }


def data_end(dataset: Dataset, complete_until: date | None) -> date:
    """Return the day up to which what happened is known: of the last order, or as stated.

    Raises:
        DataError: There are no orders.
    """
    last = last_order_on(dataset)
    if last is None:
        raise DataError(
            Text(
                "there are no orders to hold the grades against",
                "没有订单，无法检验等级",
            ),
            mend=Text("Import them, or name them with --orders.", "请导入，或用 --orders 指定。"),
        )
    return max(last, complete_until) if complete_until is not None else last


def not_covered(period: Period, known_until: date) -> Text | None:
    """Return why a period cannot be judged yet; None when the data cover all of it."""
    if period.end <= known_until:
        return None
    return Text(
        "the {n} months after {d} end on {e}, and the data on {u}",
        "{d} 之后的 {n} 个月到 {e} 为止，而数据只到 {u}",
    ).filled(
        n=period.months,
        d=period.as_of.isoformat(),
        e=period.end.isoformat(),
        u=known_until.isoformat(),
    )


def require_covered(period: Period, known_until: date) -> None:
    """Refuse to judge by a period of which part is not known.

    Raises:
        CallError: The data end before the period.
    """
    reason = not_covered(period, known_until)
    if reason is not None:
        raise CallError(
            Text("This run cannot be judged yet: {r}.", "该评级尚不能检验：{r}。").filled(r=reason),
            mend=Text(
                "Take an earlier run or fewer months (--months), or say with --complete-until "
                "that there were no later orders.",
                "请换更早的评级或缩短 --months；若此后确无订单，请用 --complete-until 说明。",
            ),
        )


def make_followed(stored: StoredRun, dataset: Dataset, period: Period) -> None:
    """Make `GRADES`, `METRICS` and `FOLLOWED` in the dataset's engine.

    `FOLLOWED` has one row for each customer of the run, by customer_id: `value_*`, `profit_*` (of
    lines whose cost is known, else null), `purchases_*` for `before`, `year` (the 12 months up to
    the as-of date) and `after`; `last_on`, the last purchase up to the as-of date. What was before
    is as it was known then, what came after as it was known at the end of the period.

    Raises:
        EngineError: The engine stopped.
    """
    engine = dataset.engine
    for name, file in ((GRADES, GRADES_FILE), (METRICS, METRICS_FILE)):
        pattern = exp.Literal.string(parquet_pattern(stored.directory / file))
        rows = exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))
        engine.create("VIEW", name, rows)
    make_spans(
        dataset,
        period.as_of,
        {
            "before": (period.before, period.as_of),
            "year": (months_before(period.as_of, _YEAR), period.as_of),
        },
        _BEFORE,
    )
    make_spans(dataset, period.end, {"after": (period.as_of, period.end)}, _AFTER)
    kept = [
        exp.alias_(exp.Coalesce(this=column(name), expressions=[exp.Literal.number(0)]), name)
        for span in ("before", "year", "after")
        for name in (f"value_{span}", f"purchases_{span}")
    ]
    profits = [column(f"profit_{span}") for span in ("before", "year", "after")]
    query = (
        exp.select(column("customer_id"), *kept, *profits, column("last_on"))
        .from_(exp.select(column("customer_id")).from_(table(METRICS)).subquery("known"))
        .join(table(f"{_BEFORE} by customer"), using=["customer_id"], join_type="left")
        .join(
            exp.select("* EXCLUDE (last_on)")
            .from_(table(f"{_AFTER} by customer"))
            .subquery("came"),
            using=["customer_id"],
            join_type="left",
        )
        .order_by(column("customer_id"))
    )
    engine.create("TABLE", FOLLOWED, query)


def make_spans(
    dataset: Dataset, known_on: date, spans: dict[str, tuple[date, date]], view: str
) -> str:
    """Make a table of what each customer bought in some spans, as it was known on a day.

    Args:
        dataset: The data.
        known_on: The day.
        spans: By name the day after which a span begins, and its last day.
        view: A name for the view of the orders.

    Returns:
        The table: customer_id, last_on, and value_, profit_ and purchases_ of each span.
    """
    engine = dataset.engine
    orders = dataset.tables["orders"]
    recorded = RECORDED_ON in orders.columns
    engine.create("VIEW", view, as_of_view("orders", orders.relation, known_on, recorded=recorded))
    wanted = ("purchased_on", "amount")
    engine.create("VIEW", f"{view} as purchases", purchases_view(view, wanted))
    margin = exp.Sub(this=column("amount"), expression=column("cost"))
    lines = exp.select(column("customer_id")).from_(table(view)).group_by(column("customer_id"))
    bought = (
        exp.select(
            column("customer_id"),
            exp.alias_(exp.Max(this=column("purchased_on")), "last_on"),
        )
        .from_(table(f"{view} as purchases"))
        .group_by(column("customer_id"))
    )
    for name, span in spans.items():
        lines = lines.select(
            _over(exp.Sum(this=column("amount")), "ordered_on", span, f"value_{name}"),
            _over(exp.Sum(this=margin.copy()), "ordered_on", span, f"profit_{name}"),
        )
        bought = bought.select(
            _over(exp.Count(this=exp.Star()), "purchased_on", span, f"purchases_{name}")
        )
    joined = (
        exp.select("*")
        .from_(lines.subquery("lines"))
        .join(bought.subquery("bought"), using=["customer_id"], join_type="full")
    )
    made = f"{view} by customer"
    engine.create("TABLE", made, joined)
    return made


def relation_count(engine: Engine, name: str) -> int:
    """Return how many rows a relation has."""
    counted = exp.select(exp.Count(this=exp.Star())).from_(table(name))
    return int(engine.rows(counted.sql("duckdb"))[0][0])


def within(day: exp.Expr, span: tuple[date, date]) -> exp.Expr:
    """Return the condition that a day lies in a span: after its first day, up to its last."""
    return exp.and_(
        exp.GT(this=day, expression=literal(span[0])),
        exp.LTE(this=day.copy(), expression=literal(span[1])),
    )


def _over(aggregate: exp.Expr, day: str, span: tuple[date, date], name: str) -> exp.Expr:
    inside = exp.Where(this=within(column(day), span))
    return exp.alias_(exp.Filter(this=aggregate, expression=inside), name)
