"""Standards written at random from a grammar of the language, and small companies to grade."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import yaml

AS_OF = date(2025, 6, 30)
WORDS = ("en", "zh")
NAMES = (
    ("Revenue", "销售额"),
    ("{0.__class__} {x} {", "{0} }{"),
    ("<b>bold</b> [red]", "<script>alert(1)</script>"),
    ('=HYPERLINK("x")', "+1"),
    ("It's 100 %s", "“引号”：甲、乙"),
)
WINDOWS = (
    "last 12 months",
    "last 90 days",
    "last 6 whole months",
    "last 2 whole quarters",
    "last 1 whole year from 1 April",
    "this year",
    "this year and the 1 before",
    "last 3 months ending 2 months ago",
    "all time",
)
WHOLE = ("last 6 whole months", "last 12 months", "last 2 whole quarters")
MONEY = (
    "orders.amount",
    "orders.amount - orders.cost",
    "smallest(orders.amount, 50)",
    "if(orders.channel = 'online', orders.amount, 0)",
    "orders.amount * choose(orders.channel, 'online', 50 %, 1)",
)
WHERE = (
    "orders.channel = 'online'",
    "orders.amount > 0 and not orders.channel = 'shop'",
    "orders.category in ('a', '茶')",
    "customers.region = 'north' or orders.amount >= 20",
    "date_of(orders.ordered_at) > months_before(as_of, 3)",
)
RANKABLE = ("money", "count", "days", "share", "points")


@dataclass(slots=True)
class Generator:
    """One document in the making.

    Attributes:
        dice: Where all choices come from.
        metrics: The type of each metric so far: a number's unit, `text`, `date` or `yes_no`.
    """

    dice: random.Random
    metrics: dict[str, str] = field(default_factory=dict)

    def one(self, *choices: Any) -> Any:
        return self.dice.choice(choices)

    def maybe(self, part: float = 0.4) -> bool:
        return self.dice.random() < part

    def named(self, what: dict[str, Any], part: float = 0.7) -> dict[str, Any]:
        if self.maybe(part):
            what["name"] = dict(zip(WORDS, self.one(*NAMES), strict=True))
        return what

    def number(self) -> str:
        return str(self.one(0, 1, 2, 3, 10, 25, 100, "0.5", "12.3456", "1 wan"))

    def of(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.metrics.items() if kind in kinds]

    # --- metrics ----------------------------------------------------------------------------

    def metric(self) -> tuple[dict[str, Any], str]:
        """Return a metric's document and its kind."""
        made = self.one(
            self._summed,
            self._summed,
            self._counted,
            self._ends,
            self._grouped,
            self._judged,
            self._level,
            self._computed,
            self._computed,
            self._banded,
            self._of_customer,
        )
        found: tuple[dict[str, Any], str] = made()
        return found

    def _where(self, node: dict[str, Any]) -> dict[str, Any]:
        if self.maybe(0.3):
            node["where"] = self.one(*WHERE)
            earlier = self.of("count", "money")
            if earlier and self.maybe(0.2):
                node["where"] += f" and {self.one(*earlier)} > 0"
        if self.maybe(0.5):
            node["over"] = self.one(*WINDOWS)
        if self.maybe(0.15):
            node["across"] = self.one("parent_id", "household", "region")
        return node

    def _summed(self) -> tuple[dict[str, Any], str]:
        verb = self.one("sum", "sum", "mean", "largest", "smallest", "first", "last")
        node = self._where({verb: self.one(*MONEY), "unit": "money"})
        if verb == "sum" and self.maybe(0.2):
            node |= {"over": self.one(*WHOLE), "per": "month"}
        return node, "money"

    def _counted(self) -> tuple[dict[str, Any], str]:
        if self.maybe():
            node = {"distinct": self.one("orders.category", "orders.product_id", "orders.order_id")}
            return self._where(node), "count"
        fact = self.one("orders", "purchases", "receivables", "cases", "surveys")
        if fact == "orders":
            return self._where({"count": "orders"}), "count"
        node = {"count": fact}
        if fact == "receivables":
            node["where"] = "receivables.settled_on > receivables.due_on"
            if self.maybe():
                node["dated"] = "due_on"
        return node, "count"

    def _ends(self) -> tuple[dict[str, Any], str]:
        if self.maybe(0.5):
            return {self.one("earliest", "latest"): "orders.ordered_at", "over": "all time"}, "date"
        if self.maybe(0.5):
            return {"leading": "orders.category", "by": "orders.amount"}, "text"
        return {self.one("first", "last"): "orders.channel", "over": "all time"}, "text"

    def _grouped(self) -> tuple[dict[str, Any], str]:
        counts = self.maybe(0.3)
        node: dict[str, Any] = {self.one("sum", "count", "mean"): "orders.amount"}
        if "count" in node:
            node = {"count": "orders"}
        verb = next(iter(node))
        node["over"] = self.one(*WHOLE)
        period = self.one("day", "week", "month", "quarter")
        each = self.one(period, f"every {period}", "3 months", "30 days", "orders.product_id")
        if verb == "mean" and each.startswith("every"):
            each = "month"
        if counts:
            run = each.startswith("every")
            how = self.one("number of", "longest run of", "latest run of") if run else "number of"
            node |= {"each": each, "take": f"{how} {self.one('>= 10', '< 5', '[1, 20)')}"}
            return node, "count"
        take = self.one("largest", "smallest", "mean", "sum")
        if self.maybe(0.2):
            node |= {"each": ["month", "orders.product_id"], "take": [take, "largest"]}
        else:
            node |= {"each": each, "take": take}
        return node, "count" if verb == "count" else "money"

    def _judged(self) -> tuple[dict[str, Any], str]:
        if self.maybe(0.4):
            return {"judged": "brand use", "one_of": ["yes", "no", "O'Neil; --", "{0}"]}, "text"
        node = {"judged": self.one("cooperation", "'; DROP TABLE x; --"), "from": 0, "to": 5}
        node["raters"] = self.one("last", "mean", "lowest", "highest")
        if self.maybe():
            node |= {"by": "sales", "whole": True}
        return node, "count"

    def _level(self) -> tuple[dict[str, Any], str]:
        node = {"daily_average": "number(assessments.value)", "over": self.one(*WHOLE)}
        node["where"] = "starts_with(assessments.item, 'coop')"
        if self.maybe():
            node |= {"each": "assessments.assessor", "take": "sum"}
        return node, "count"

    def _of_customer(self) -> tuple[dict[str, Any], str]:
        found: tuple[dict[str, Any], str] = self.one(
            ({"value": "customers.region"}, "text"),
            ({"value": "customers.stars"}, "text"),
            ({"value": "customers.employees"}, "count"),
            ({"value": "number(customers.stars)"}, "count"),
            ({"value": "days_between(customers.created_on, as_of)", "unit": "days"}, "days"),
            ({"value": "years_between(customers.founded_on, as_of) >= 3"}, "yes_no"),
        )
        return found

    def _computed(self) -> tuple[dict[str, Any], str]:
        money, counts, dates = self.of("money"), self.of("count"), self.of("date")
        if money and counts and self.maybe(0.4):
            m, c = self.one(*money), self.one(*counts)
            return {"value": f"if({c} > 0, {m} / {c}, unknown)", "unit": "money"}, "money"
        if len(money) > 1 and self.maybe(0.4):
            m, n = self.dice.sample(money, 2)
            return {"value": f"first_known({m}, 0) / {n}", "unit": "share"}, "share"
        if dates and self.maybe(0.5):
            return {"value": f"days_between({self.one(*dates)}, as_of)", "unit": "days"}, "days"
        if counts:
            c = self.one(*counts)
            formula = self.one(
                f"interpolated({c}, 0, 1, 10, {self.number()})",
                f"halved({c}, 1) + {c}",
                f"round({c} * 1.5, 2) - absolute({c} - 3)",
                f"choose({c}, 0, 1, 1, 5, {c})",
            )
            return {"value": formula}, "count"
        return {"value": "3 + 4"}, "count"

    def _banded(self) -> tuple[dict[str, Any], str]:
        numbers = self.of("money", "count")
        if not numbers:
            return self._counted()
        if self.maybe(0.5):
            bands: Any = [">= 100: 'large'", "[10, 100): 'it''s'", "else: 'small'"]
            return {"value": self.one(*numbers), "bands": bands}, "text"
        table = [f">= 20: {self.number()}", "else: 0"]
        if self.maybe(0.5):
            by = {"by": "customers.region", "bands": {"north": table, "else": ["else: 7"]}}
            return {"value": self.one(*numbers), **by}, "count"
        return {"value": self.one(*numbers), "bands": table}, "count"

    # --- schemes ----------------------------------------------------------------------------

    def condition(self, extra: tuple[str, ...] = ()) -> str:
        """Return a condition over metrics."""
        choices = [f"{n} {self.one('>=', '<', '=', '!=')} {self.number()}" for n in extra]
        for name, kind in self.metrics.items():
            if kind in RANKABLE:
                choices.append(f"{name} {self.one('>', '>=', '<')} {self.number()}")
            elif kind == "text":
                choices += [f"{name} = 'a'", f"{name} in ('north', 'x''y')", f"{name} is unknown"]
            elif kind == "date":
                choices.append(f"{name} >= months_before(as_of, 6)")
            else:
                choices.append(name)
        first = self.one(*choices)
        if self.maybe(0.25):
            return f"({first}) {self.one('and', 'or')} not ({self.one(*choices)})"
        return str(first)

    def indicator(self, weighted: bool) -> dict[str, Any]:
        """Return an indicator's document."""
        node: dict[str, Any] = {"value": self.one(*self.of(*RANKABLE))}
        ways = ["bands", "bands", "points", "tiles"] + (["of_best", "position"] if weighted else [])
        way = self.one(*ways)
        direction = f"{self.one('higher', 'lower')} is better"
        if way == "bands":
            high = self.dice.randint(5, 30)
            bands = [f">= {high}: {self.dice.randint(4, 9)}", f"[3, {high}): 2", "else: 1"]
            if self.maybe(0.2):
                bands.insert(0, "unknown: 3")
            node["bands"] = bands
            if self.maybe(0.2) and self.of("text"):
                table = {"north": bands, "else": ["else: 2"]}
                node |= {"by": self.one(*self.of("text")), "bands": table}
        elif way == "points":
            node |= {"points": self.one("value * 2", "smallest(value / 3, 40)"), "at_most": 60}
            kind = self.metrics[node["value"]]
            if kind in ("money", "days"):
                node["points"] = f"value / 1 {'wan' if kind == 'money' else 'day'} * 3"
        elif way == "tiles":
            node[self.one("halves", "thirds", "quarters", "fifths", "tenths")] = direction
        else:
            node[way] = "higher is better"
        if weighted:
            node["weight"] = self.dice.randint(1, 50)
            if way == "points":
                node["out_of"] = 60
            elif way == "bands":
                node["out_of"] = 9
        ways_of_unknown = ["no grade", "zero", "worst", 2] + (["left out"] if weighted else [])
        if self.maybe(0.6):
            node["if_unknown"] = self.one(*ways_of_unknown)
        if self.maybe(0.2):
            node["applies"] = self.condition()
        return self.named(node)

    def scheme(self, others: list[str]) -> dict[str, Any]:
        """Return a scheme's document."""
        node: dict[str, Any] = self.named({})
        extra: tuple[str, ...] = ()
        if self.maybe(0.3):
            node |= {"among": self.condition(), "otherwise": "not_active"}
        if self.maybe(0.25) and self.of("text"):
            node["within"] = self.one(*self.of("text"))
        if self.maybe(0.3):
            how = self.one("largest", "smallest", "mean", "sum", "count", "middle")
            node["learn"] = {"learnt": self.named({how: self.one(*self.of(*RANKABLE))})}
            if self.maybe():
                node["learn"]["line"] = {"cut": self.one(*self.of(*RANKABLE)), "at": "80 %"}
        grade_by = self.one("score", "score", "conditions", "rank", "share", "grid", "value")
        if grade_by == "value" and not self.of("text"):
            grade_by = "conditions"
        if grade_by == "grid":
            numbers = self.of(*RANKABLE)
            tiles = {"thirds": "higher is better", "if_unknown": "worst"}
            node["indicators"] = {"R": {"value": self.one(*numbers), **tiles}}
            node["indicators"]["F"] = {"value": self.one(*numbers), **tiles}
            extra = ("points",)
        elif grade_by != "value" and (grade_by == "score" or self.maybe(0.6)):
            weighted = self.maybe()
            node |= self._sheet(weighted)
            extra = ("points", "points.i0")
        self._deciding(node, grade_by, extra, others)
        return node

    def _sheet(self, weighted: bool) -> dict[str, Any]:
        made = {f"i{n}": self.indicator(weighted) for n in range(self.dice.randint(1, 4))}
        found: dict[str, Any] = {"indicators": made}
        if self.maybe(0.3):
            group: dict[str, Any] = {"indicators": {"g1": self.indicator(weighted)}}
            if self.maybe():
                group |= {"at_most": 20, "start": 2}
            if weighted and self.maybe():
                group["weight"] = group["indicators"]["g1"]["weight"]
            found["groups"] = {"grp": self.named(group)}
        if self.maybe(0.3):
            found |= self.one({"start": 10}, {"start": 100, "at_least": 0}, {"at_most": 80})
        return found

    def _deciding(
        self, node: dict[str, Any], grade_by: str, extra: tuple[str, ...], others: list[str]
    ) -> None:
        ranked = self.one(*self.of(*RANKABLE))
        lines: list[str] = []
        if grade_by == "score":
            node["grade_by"] = "score"
            lines = self.one(
                [">= 30", "> 10", "else"],
                ["<= 5", "< 20", "else"],
                ["[30, 40]", "(40, 60)", "else"],
            )
        elif grade_by == "conditions":
            node["grade_by"] = "conditions"
            lines = [self.condition(extra), self.condition(extra), "else"]
            if others and self.maybe(0.5):
                lines[0] = f"{self.one(*others)} = 'A'"
        elif grade_by == "rank":
            node |= {"grade_by": f"rank of {ranked}", "ties": self.one("up", "down")}
            node["rounding"] = self.one("up", "down", "half up")
            lines = self.one(["first 20 %", "first 60 %", "else"], ["first 1", "first 3", "else"])
            if lines[0] == "first 1":
                del node["rounding"]
        elif grade_by == "share":
            node["grade_by"] = f"share of {ranked}"
            lines = ["first 50 %", "first 95 %", "else"]
        elif grade_by == "grid":
            node["grade_by"] = "grid of R and F"
        else:
            node["grade_by"] = f"value of {self.one(*self.of('text'))}"
        cells: list[Any] = lines
        if grade_by == "grid":
            cells = [["R 3, F 1-3"], ["R 2, F 2-3", "R 1, F 3"], ["R 2, F 1", "R 1, F 1-2"]]
        if cells:
            node["grades"] = {code: self._grade(c) for code, c in zip("ABC", cells, strict=True)}
            self._after(node, extra)

    def _grade(self, when: Any) -> Any:
        if self.maybe(0.5) and isinstance(when, str):
            return when
        node: dict[str, Any] = self.named({"when": when})
        if self.maybe():
            node["advice"] = dict(zip(WORDS, self.one(*NAMES), strict=True))
            node |= {"strategy": self.one("keep", "develop"), "tone": self.one("A", "D")}
        return node

    def _after(self, node: dict[str, Any], extra: tuple[str, ...]) -> None:
        if self.maybe():
            effects: tuple[dict[str, str], ...] = (
                {"grade": "C"},
                {"no_grade": "not_active"},
                {"at_most": "B"},
                {"at_least": "B"},
            )
            node["rules"] = {
                f"rule{n}": self.named({"when": self.condition(extra), **self.one(*effects)})
                for n in range(self.dice.randint(1, 3))
            }
        if self.maybe():
            node["tags"] = {"vip": self.named({"when": self.condition(extra)})}
        if self.maybe():
            money = self.of("money")
            amount = f"largest(0, {self.one(*money)} * 10 %)" if money else "3"
            node["terms"] = {
                "limit": self.named({"unit": "money", "A": amount, "else": 0}),
                "how": self.named(
                    {"unit": "text", "else": dict(zip(WORDS, self.one(*NAMES), strict=True))}
                ),
            }
        if self.maybe(0.3):
            node["review"] = {"A": "6 months", "else": "1 year"}
            node["approval"] = {"A": ["sales manager", "{0.__class__}"], "else": ["board"]}


def standard_of(seed: int) -> dict[str, Any]:
    """Return a document; equal seeds give equal documents."""
    made = Generator(random.Random(seed))
    metrics: dict[str, Any] = {}
    document: dict[str, Any] = {
        "standard": "made-up",
        "version": made.dice.randint(1, 9),
        "name": dict(zip(WORDS, made.one(*NAMES), strict=True)),
        "reasons": {"not_active": dict(zip(WORDS, made.one(*NAMES), strict=True))},
        "metrics": metrics,
        "schemes": {},
    }
    if made.maybe(0.3):
        document["window"] = made.one(*WINDOWS)
    if made.maybe(0.2):
        document |= {"valid_from": "2025-01-01", "valid_until": "2025-12-31"}
    if made.maybe(0.2):
        document["calibration"] = made.one("each run", "frozen until 2025-06-30", "every 12 months")
    if made.maybe(0.2):
        document["confidence"] = {"small_population": 3, "coverage": "25 %"}
    metrics["m0"] = made.named({"sum": "orders.amount", "unit": "money"})
    made.metrics["m0"] = "money"
    for number in range(1, made.dice.randint(4, 9)):
        node, kind = made.metric()
        metrics[f"m{number}"] = made.named(node)
        made.metrics[f"m{number}"] = kind
    graded: list[str] = []
    for number in range(made.dice.randint(1, 2)):
        scheme = made.scheme(graded)
        document["schemes"][f"s{number}"] = scheme
        if "grades" in scheme:
            graded.append(f"s{number}")
    return document


def written(document: dict[str, Any], seed: int) -> str:
    """Return the text of a document, in one of the ways in which YAML can be written."""
    if seed % 3 == 0:
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return yaml.safe_dump(
        document, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=None
    )


def company_of(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a small company by table; equal seeds give equal rows."""
    dice = random.Random(seed)
    ids = ["c1", "c2", "客户三", "'; --"][: dice.randint(1, 4)]

    def day() -> date:
        return AS_OF - timedelta(days=dice.choice((0, 1, 30, 90, 181, 364, 365, 500)))

    def amount() -> Decimal:
        return Decimal(dice.choice(("0", "5", "10", "20", "100", "-10", "33.3333", "150000")))

    customers = [
        {
            "customer_id": i,
            "region": dice.choice(("north", "south", None)),
            "household": dice.choice(("h", None)),
            "parent_id": dice.choice((None, *ids)),
            "employees": dice.choice((None, 3, 50)),
            "created_on": dice.choice((None, day())),
            "founded_on": dice.choice((None, date(2010, 2, 28))),
            "stars": dice.choice((None, "3", "x", "1,000")),
        }
        for i in ids
    ]
    company: dict[str, list[dict[str, Any]]] = {"customers": customers}
    company["orders"] = [
        {
            "order_id": str(n // 2),
            "line": str(n),
            "customer_id": dice.choice(ids),
            "ordered_at": datetime.combine(day(), dice.choice((time(0), time(23, 59, 59)))),
            "amount": amount(),
            "cost": dice.choice((None, amount())),
            "channel": dice.choice((None, "online", "shop")),
            "category": dice.choice((None, "a", "茶")),
            "product_id": dice.choice(("p1", "p2", None)),
        }
        for n in range(dice.randint(0, 9))
    ]
    further: dict[str, Callable[[], dict[str, Any]]] = {
        "receivables": lambda: (
            {"issued_on": day(), "due_on": day(), "amount": amount()}
            | {"settled_on": dice.choice((None, day()))}
        ),
        "cases": lambda: {"opened_at": datetime.combine(day(), time(9))},
        "surveys": lambda: {"answered_on": day(), "score": Decimal(dice.randint(0, 5))},
        "assessments": lambda: {
            "item": dice.choice(("cooperation", "brand use", "'; DROP TABLE x; --")),
            "value": dice.choice(("3", "9", "yes", "O'Neil; --", "x")),
            "assessed_on": day(),
            "assessor": dice.choice(("p", "q")),
            "role": dice.choice(("sales", None)),
        },
    }
    for name, row in further.items():
        if dice.random() < 0.8:
            company[name] = [
                {"customer_id": dice.choice(ids), **row()} for _ in range(dice.randint(0, 6))
            ]
    return company
