"""Process and method: the form, who is not graded and why, teams, and whether grades differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.text import Text
from kefen.grading.evaluation.accuracy import SchemeAccuracy
from kefen.grading.evaluation.figures import estimate_as_dict, share_words, short
from kefen.grading.evaluation.following import GRADES
from kefen.grading.evaluation.form import AREAS, MOST
from kefen.grading.outputs import SERVED_FILE, parquet_pattern
from kefen.methods.agreement import association
from kefen.methods.intervals import Estimate, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.engines.engine import Engine
    from kefen.grading.evaluation.form import Answer, Area
    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset
    from kefen.methods.agreement import Association
    from kefen.standards.model import Scheme

APPEAL = "grade_appeal"
"""The item of assessments that records a customer's or colleague's appeal against a grade."""
_BY_HAND = "override"
"""What `served.parquet` says of a grade that a person set."""
_TOO_LARGE = 0.6
_TOO_SMALL = 0.01
_FEWEST = 20
_MOST_TEAMS = 50


@dataclass(frozen=True, slots=True)
class NotGraded:
    """Customers without a grade in a scheme.

    Attributes:
        scheme: The scheme.
        share: Their share of all customers of the run.
        reasons: How many for which reason code, most first.
    """

    scheme: Scheme
    share: Estimate
    reasons: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "scheme": self.scheme.id,
            "share": estimate_as_dict(self.share),
            "reasons": dict(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Distinct:
    """Whether the classes of a scheme are too fine or too coarse.

    Attributes:
        scheme: The scheme.
        effective: How many classes of equal size would be as mixed (exponential of the entropy).
        named: How many classes it has.
        largest: The largest class's code and share.
        small: Classes under 1 % of the customers or under 20 customers.
        alike: Neighbouring classes whose customers cannot be told apart by what they did next.
    """

    scheme: Scheme
    effective: float
    named: int
    largest: tuple[str, Estimate]
    small: tuple[str, ...]
    alike: tuple[tuple[str, str], ...]

    @property
    def words(self) -> Text:
        """Return what it comes to."""
        said = []
        if self.largest[1].value > _TOO_LARGE:
            said.append(
                Text("too coarse: {g} holds {s}", "过粗：{g} 占 {s}").filled(
                    g=self.largest[0], s=share_words(self.largest[1].value)
                )
            )
        if self.small:
            said.append(
                Text("too fine: few customers in {g}", "过细：{g} 客户很少").filled(
                    g=", ".join(self.small)
                )
            )
        if self.alike:
            said.append(
                Text(
                    "too fine: no difference afterwards between {p}", "过细：{p} 其后并无差别"
                ).filled(p=", ".join(f"{a}–{b}" for a, b in self.alike))
            )
        if not said:
            return Text("neither too fine nor too coarse", "粗细适当")
        return Text("; ".join(one.en for one in said), "；".join(one.zh for one in said))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "scheme": self.scheme.id,
            "effective_classes": short(self.effective),
            "classes": self.named,
            "largest": self.largest[0],
            "largest_share": estimate_as_dict(self.largest[1]),
            "small": list(self.small),
            "alike": [list(pair) for pair in self.alike],
            "words": self.words.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Process:
    """How the grading is made.

    Attributes:
        answers: The form; empty where none was given.
        marks: The mean mark of each area out of 4, over what was answered, and how many were.
        not_graded: By scheme.
        overrides: By scheme, the share of graded customers whose grade a person sets; empty where
            the run tells no grades apart from the computed ones.
        appeals: Appeals for each customer of the run; None where assessments are not imported.
        teams: How far the mix of grades goes with the team that keeps the customer, by scheme.
        distinct: By scheme.
        unjudged: What cannot be told, and why.
        judgement: What it comes to, in a sentence.
    """

    answers: tuple[Answer, ...]
    marks: Mapping[Area, tuple[float, int]]
    not_graded: tuple[NotGraded, ...]
    overrides: tuple[tuple[Scheme, Estimate], ...]
    appeals: Estimate | None
    teams: tuple[tuple[Scheme, Association], ...]
    distinct: tuple[Distinct, ...]
    unjudged: tuple[Text, ...]
    judgement: Text

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "form": [
                {
                    "id": one.question.id,
                    "area": one.question.area,
                    "mark": one.mark,
                    "of": MOST,
                    "finding": one.finding,
                    "owner": one.owner,
                    "due": None if one.due is None else one.due.isoformat(),
                }
                for one in self.answers
            ],
            "marks": {
                area: {"mean": short(mark), "answered": answered}
                for area, (mark, answered) in self.marks.items()
            },
            "not_graded": [one.as_dict() for one in self.not_graded],
            "overrides": {scheme.id: estimate_as_dict(found) for scheme, found in self.overrides},
            "appeals": estimate_as_dict(self.appeals),
            "teams": [
                {
                    "scheme": scheme.id,
                    "strength": short(found.strength),
                    "chance": short(found.chance),
                    "customers": found.customers,
                }
                for scheme, found in self.teams
            ],
            "distinct": [one.as_dict() for one in self.distinct],
            "unjudged": [one.as_dict() for one in self.unjudged],
            "judgement": self.judgement.as_dict(),
        }


def judge_process(
    stored: StoredRun,
    dataset: Dataset,
    schemes: Sequence[Scheme],
    accuracies: Mapping[str, SchemeAccuracy | Text],
    answers: Sequence[Answer],
) -> Process:
    """Return how the grading is made.

    Args:
        stored: The run.
        dataset: The later data.
        schemes: The schemes of the run that are judged.
        accuracies: How accurate each was, by id.
        answers: The filled form; empty without one.
    """
    engine = dataset.engine
    tallies = _tallies(engine)
    without = [_not_graded(scheme, tallies.get(scheme.id, ())) for scheme in schemes]
    not_graded = tuple(one for one in without if one is not None)
    unjudged = []
    if not answers:
        unjudged.append(
            Text(
                "Organisation, clarity and science: no form was filled in (--form).",
                "组织、清晰、科学：未填写评价表（--form）。",
            )
        )
    teams = _teams(dataset, schemes)
    if not teams:
        unjudged.append(
            Text(
                "Consistency between teams: customers have no team, or only one.",
                "团队间一致性：客户未注明团队，或只有一个团队。",
            )
        )
    overrides = _overrides(engine, stored, schemes)
    if not overrides:
        unjudged.append(
            Text(
                "Overrides: nobody has set a grade by hand in this run.",
                "人工调级：本次评级没有人工调整的等级。",
            )
        )
    appeals = _appeals(dataset, stored)
    if appeals is None:
        unjudged.append(
            Text(
                "Appeals: none are recorded (assessments of the item {i}).",
                "申诉：没有记录（assessments 表中的 {i} 项）。",
            ).filled(i=APPEAL)
        )
    distinct = tuple(
        one
        for scheme in schemes
        if scheme.classes
        and (one := _distinct(scheme, tallies.get(scheme.id, ()), accuracies.get(scheme.id)))
        is not None
    )
    marks = _marks(answers)
    return Process(
        tuple(answers),
        marks,
        not_graded,
        overrides,
        appeals,
        teams,
        distinct,
        tuple(unjudged),
        _judgement(marks, not_graded, distinct),
    )


def _tallies(engine: Engine) -> dict[str, list[tuple[str | None, str | None, int]]]:
    query = (
        exp.select(column("scheme"), column("grade"), column("reason"), exp.Count(this=exp.Star()))
        .from_(table(GRADES))
        .group_by(column("scheme"), column("grade"), column("reason"))
        .order_by(column("scheme"), column("grade"), column("reason"))
    )
    found: dict[str, list[tuple[str | None, str | None, int]]] = {}
    for scheme, grade, reason, customers in engine.rows(query.sql("duckdb")):
        found.setdefault(scheme, []).append((grade, reason, int(customers)))
    return found


def _not_graded(
    scheme: Scheme, tallies: Sequence[tuple[str | None, str | None, int]]
) -> NotGraded | None:
    whole = sum(customers for _, _, customers in tallies)
    if not whole:
        return None
    reasons: dict[str, int] = {}
    for grade, reason, customers in tallies:
        if grade is None:
            reasons[reason or ""] = reasons.get(reason or "", 0) + customers
    ordered = sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))
    return NotGraded(scheme, share(sum(reasons.values()), whole), tuple(ordered))


def _distinct(
    scheme: Scheme,
    tallies: Sequence[tuple[str | None, str | None, int]],
    accuracy: SchemeAccuracy | Text | None,
) -> Distinct | None:
    sizes: dict[str, int] = {}
    for grade, _, customers in tallies:
        if grade is not None:
            sizes[grade] = sizes.get(grade, 0) + customers
    whole = sum(sizes.values())
    if not whole:
        return None
    shares = np.array([customers / whole for customers in sizes.values()])
    largest = max(sizes, key=lambda code: (sizes[code], code))
    order = [grade.id for grade in scheme.classes if grade.id in sizes]
    small = tuple(
        code for code in order if sizes[code] < _FEWEST or sizes[code] < _TOO_SMALL * whole
    )
    alike: tuple[tuple[str, str], ...] = ()
    if isinstance(accuracy, SchemeAccuracy):
        sure = {
            (one.better, one.worse) for one in (*accuracy.in_value, *accuracy.in_buying) if one.sure
        }
        pairs = dict.fromkeys((one.better, one.worse) for one in accuracy.in_buying)
        alike = tuple(pair for pair in pairs if pair not in sure and not set(pair) & set(small))
    return Distinct(
        scheme,
        float(np.exp(-(shares * np.log(shares)).sum())),
        len(scheme.classes),
        (largest, share(sizes[largest], whole)),
        small,
        alike,
    )


def _teams(dataset: Dataset, schemes: Sequence[Scheme]) -> tuple[tuple[Scheme, Association], ...]:
    customers = dataset.tables["customers"]
    if "team" not in customers.columns:
        return ()
    found = []
    for scheme in schemes:
        query = (
            exp.select(column("team"), column("grade"), exp.Count(this=exp.Star()))
            .from_(table(GRADES))
            .join(
                exp.select(column("customer_id"), column("team"))
                .from_(table(customers.relation))
                .where(column("team").is_(exp.null()).not_())
                .subquery("teams"),
                using=["customer_id"],
            )
            .where(
                exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)),
                column("grade").is_(exp.null()).not_(),
            )
            .group_by(column("team"), column("grade"))
        )
        rows = dataset.engine.rows(query.sql("duckdb"))
        teams = sorted({row[0] for row in rows})
        grades = sorted({row[1] for row in rows})
        if not 1 < len(teams) <= _MOST_TEAMS:
            continue
        counts = np.zeros((len(teams), len(grades)))
        for team, grade, number in rows:
            counts[teams.index(team), grades.index(grade)] = number
        one = association(counts)
        if one is not None:
            found.append((scheme, one))
    return tuple(found)


def _overrides(
    engine: Engine, stored: StoredRun, schemes: Sequence[Scheme]
) -> tuple[tuple[Scheme, Estimate], ...]:
    path = stored.directory / SERVED_FILE
    if not path.exists():
        return ()
    by_hand = exp.EQ(this=column("hold"), expression=exp.Literal.string(_BY_HAND))
    pattern = exp.Literal.string(parquet_pattern(path))
    query = (
        exp.select(
            column("scheme"),
            exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=by_hand)),
            exp.Count(this=exp.Star()),
        )
        .from_(exp.func("read_parquet", pattern, dialect="duckdb"))
        .group_by(column("scheme"))
    )
    found = {row[0]: (int(row[1]), int(row[2])) for row in engine.rows(query.sql("duckdb"))}
    return tuple(
        (scheme, share(*found[scheme.id]))
        for scheme in schemes
        if scheme.id in found and found[scheme.id][0]
    )


def _appeals(dataset: Dataset, stored: StoredRun) -> Estimate | None:
    read = dataset.tables.get("assessments")
    customers = int(stored.record["customers"]["graded"])
    if read is None or not customers:
        return None
    query = (
        exp.select(exp.Count(this=exp.Distinct(expressions=[column("customer_id")])))
        .from_(table(read.relation))
        .where(exp.EQ(this=column("item"), expression=exp.Literal.string(APPEAL)))
    )
    appealed = int(dataset.engine.rows(query.sql("duckdb"))[0][0])
    return share(appealed, customers) if 0 < appealed <= customers else None


def _marks(answers: Sequence[Answer]) -> dict[Area, tuple[float, int]]:
    found: dict[Area, tuple[float, int]] = {}
    for area in AREAS:
        own = [a.mark for a in answers if a.question.area == area and a.mark is not None]
        if own:
            found[area] = (sum(own) / len(own), len(own))
    return found


def _judgement(
    marks: Mapping[Area, tuple[float, int]],
    not_graded: Sequence[NotGraded],
    distinct: Sequence[Distinct],
) -> Text:
    if marks:
        weakest = min(marks, key=lambda area: marks[area][0])
        form = Text(
            "of the form {a} is weakest ({m:.1f} of {t})", "评价表中{a}最弱（{m:.1f}/{t}）"
        ).filled(a=AREAS[weakest], m=marks[weakest][0], t=MOST)
    else:
        form = Text("nobody has filled in the form", "评价表尚未填写")
    most = max(not_graded, key=lambda one: one.share.value, default=None)
    doubtful = [one.scheme.name for one in distinct if one.small or one.alike]
    doubtful += [one.scheme.name for one in distinct if one.largest[1].value > _TOO_LARGE]
    names = list(dict.fromkeys(doubtful))
    return Text(
        "Process and method: {f}; at most {n} of customers have no grade in a scheme ({s}); {d}.",
        "过程与方法：{f}；无等级客户最多的方案是{s}（{n}）；{d}。",
    ).filled(
        f=form,
        n="–" if most is None else share_words(most.share.value),
        s=Text.same("–") if most is None else most.scheme.name,
        d=Text("no scheme is too fine or too coarse", "各方案粗细适当")
        if not names
        else Text("look at the classes of {w}", "请检查以下方案的分级：{w}").filled(
            w=Text(", ".join(one.en for one in names), "、".join(one.zh for one in names))
        ),
    )
