"""`kefen override` and `kefen overrides`: people's decisions about the grades customers hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import find_book
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kefen.grading.serving.drift import Drift
    from kefen.lake.book import Book
    from kefen.lake.book.overrides import Override
    from kefen.standards.model import Scheme, Standard

KINDS: dict[str, Text] = {
    "pin": Text("is {g}", "定为{g}"),
    "floor": Text("is at least {g}", "至少为{g}"),
    "cap": Text("is at most {g}", "至多为{g}"),
    "lift": Text("is lifted to the computed grade", "提级至按数据的等级"),
}
STATES: dict[str, Text] = {
    "holds": Text("holds", "生效中"),
    "later": Text("begins later", "尚未开始"),
    "expired": Text("expired", "已到期"),
    "ended": Text("ended", "已终止"),
    "done": Text("given", "已提出"),
}


def override(
    *,
    customer: str | None,
    scheme: str | None,
    pin: str | None,
    floor: str | None,
    cap: str | None,
    lift: bool,
    end: str | None,
    reason: str,
    author: str,
    approver: str | None,
    first: date | None,
    last: date | None,
    given_on: date | None,
    standard: str | None,
    book: Path | None,
    as_json: bool,
) -> None:
    """Give an override, or end one."""
    opened = find_book(book)
    today = datetime.now(UTC).date()
    day = given_on or today
    if day > today:
        raise CallError(
            Text("{d} is yet to come", "{d} 尚未到来").filled(d=day),
            where="--on",
            mend=Text("Give the day of the decision.", "请填写作出决定的日期。"),
        )
    chosen = {"pin": pin, "floor": floor, "cap": cap}
    kinds = [kind for kind, grade in chosen.items() if grade is not None]
    kinds += ["lift"] * lift + ["end"] * (end is not None)
    if len(kinds) != 1:
        raise CallError(
            Text(
                "An override is one of --pin, --floor, --cap, --lift, or --end.",
                "调级须为 --pin、--floor、--cap、--lift 或 --end 之一。",
            ),
            mend=Text(
                "Such as: kefen override 12346 --scheme value_index --pin A ...",
                "例如：kefen override 12346 --scheme value_index --pin A ……",
            ),
        )
    if end is not None:
        found = opened.overrides.end(end, on=day, by=author, reason=reason)
    else:
        found = _given(
            opened,
            _standard_of(opened, standard),
            customer,
            scheme,
            (kinds[0], chosen.get(kinds[0])),
            {
                "reason": reason,
                "author": author,
                "approver": approver,
                "first": first or day,
                "last": last,
                "given_on": day,
            },
        )
    if as_json:
        print_json(found.as_dict())
        return
    words = (
        Text("{o} has ended as of {d}.", "{o} 自 {d} 起终止。").filled(o=found.id, d=found.ended_on)
        if found.ended_on is not None
        else Text(
            "{o} is recorded. It takes effect in runs as of {d} and later: kefen grade.",
            "{o} 已记录，自评级日 {d} 起的评级生效：kefen grade。",
        ).filled(o=found.id, d=max(found.first, found.given_on))
    )
    click.echo(say(words))
    if found.kind == "floor" and found.computed is None and opened.runs.all():
        without = Text(
            "By the last run {c} has no computed grade there: a floor lifts nothing until it has "
            "one. --pin gives a grade.",
            "最近一次评级中 {c} 在该方案下没有按数据的等级：在有等级之前，保底调级不起作用。"
            "可用 --pin 指定等级。",
        )
        click.secho(say(without.filled(c=found.customer)), fg="yellow")


def _given(
    book: Book,
    standard: Standard,
    customer: str | None,
    scheme: str | None,
    said: tuple[str, str | None],
    details: dict[str, Any],
) -> Override:
    from kefen.grading.named import called, grade_called
    from kefen.grading.serving.overrides import give_override

    if customer is None or scheme is None:
        raise CallError(
            Text("An override is of a customer under a scheme.", "调级须指明客户与方案。"),
            mend=Text("Add CUSTOMER and --scheme.", "请写明客户编号和 --scheme。"),
        )
    known = ((one.id, one.name) for one in standard.schemes.values())
    identifier = called(scheme, known)
    if identifier is None:
        raise CallError(
            Text("there is no scheme “{s}”", "没有方案“{s}”").filled(s=scheme),
            where="--scheme",
            mend=Text("Schemes: {a}.", "可用方案：{a}。").filled(a=", ".join(standard.schemes)),
        )
    kind, grade = said
    if kind != "lift" and details["last"] is None:
        raise CallError(
            Text("An override ends some day.", "调级须有截止日。"),
            where="--until",
            mend=Text(
                "Add --until DATE; it can be given anew.", "请加 --until 日期，届时可再次调级。"
            ),
        )
    own = standard.schemes[identifier]
    code = grade_called(own, grade) if grade is not None else None
    return give_override(book, standard, own, customer, kind, code, **details)  # type: ignore[arg-type]


def _standard_of(book: Book, name: str | None) -> Standard:
    """Return the standard that a call means: the one named, else that of the book's newest run."""
    from kefen.grading.named_standard import find_standard
    from kefen.grading.stored import StoredRun

    newest = book.runs.newest()
    if name is None and newest is not None:
        return StoredRun.load(book.runs.directory(str(newest["run_id"]))).standard
    return find_standard(name, book)


def overrides(
    *,
    customer: str | None,
    everything: bool,
    standard: str | None,
    book: Path | None,
    as_json: bool,
) -> None:
    """List the overrides of a book, with what became of the computed grade."""
    from kefen.grading.serving.drift import drifts

    opened = find_book(book)
    chosen = _standard_of(opened, standard)
    today = datetime.now(UTC).date()
    runs = [record["as_of"] for record in opened.runs.all()]
    theirs = [own for own in opened.overrides.all() if customer is None or own.customer == customer]
    found = [
        own
        for own in theirs
        if everything or state_of(own, today) in ("holds", "later", "done") or _held(own, runs)
    ]
    moved = drifts(opened, chosen, found)
    if as_json:
        print_json({"overrides": [_as_dict(own, today, moved, chosen) for own in found]})
        return
    if not theirs:
        click.echo(say(Text("There are no overrides.", "没有人工调级。")))
    elif not found:
        over = Text(
            "No override holds; {n} expired or ended: kefen overrides --all.",
            "没有生效中的人工调级；已到期或已终止 {n} 项：kefen overrides --all。",
        )
        click.echo(say(over.filled(n=len(theirs))))
    for own in found:
        _tell(own, today, moved.get(own.id), chosen.schemes.get(own.scheme))


def state_of(own: Override, day: date) -> str:
    """Return what an override is on a day: a key of `STATES`."""
    if own.ended_on is not None and own.ended_on <= day:
        return "ended"
    if own.kind == "lift":
        return "done"
    if own.first > day:
        return "later"
    return "holds" if own.holds(day) else "expired"


def _held(own: Override, runs: list[str]) -> bool:
    """Return whether the last run of the book applied it."""
    from datetime import date

    return bool(runs) and own.holds(date.fromisoformat(max(runs)))


def _as_dict(
    own: Override, today: date, moved: dict[str, Drift], standard: Standard
) -> dict[str, Any]:
    drift = moved.get(own.id)
    told = drift.as_dict(standard.schemes[own.scheme]) if drift is not None else None
    return {**own.as_dict(), "state": state_of(own, today), "drift": told}


def _tell(own: Override, today: date, drift: Drift | None, scheme: Scheme | None) -> None:
    from kefen.grading.serving.words import grade_in_words

    grade = grade_in_words(scheme, own.grade) if scheme is not None else Text.same(own.grade or "")
    name = scheme.name if scheme is not None else Text.same(own.scheme)
    head = Text("{o}  {c} {k} under {s}, {f} to {l}: {t}", "{o}  {c} 在{s}下{k}，{f} 至 {l}：{t}")
    if own.last is None:  # a lift: it is done on its day
        head = Text("{o}  {c} {k} under {s}, on {f}: {t}", "{o}  {c} 在{s}下{k}，{f}：{t}")
    state = STATES[state_of(own, today)]
    click.echo(
        say(
            head.filled(
                o=own.id,
                c=own.customer,
                k=KINDS[own.kind].filled(g=grade),
                s=name,
                f=own.first.isoformat(),
                l=own.last.isoformat() if own.last is not None else "",
                t=state,
            )
        )
    )
    by = Text("{r} ({a}, approved by {p})", "{r}（{a}，审批：{p}）")
    if own.approver is None:
        by = Text("{r} ({a})", "{r}（{a}）")
    click.echo(f"    {say(by.filled(r=own.reason, a=own.author, p=own.approver or ''))}")
    warning = drift.in_words(scheme) if drift is not None and scheme is not None else None
    if warning is not None:
        click.secho(f"    {say(warning)}", fg="yellow")


def _grade_option(name: str, text: Text) -> Option:
    return Option(name, text=text, metavar=Text("GRADE", "等级"))


def _person_option(name: str, text: Text, *, required: bool) -> Option:
    return Option(name, text=text, metavar=Text("NAME", "姓名"), required=required)


def _day_option(name: str, target: str, text: Text, default: Text | None = None) -> Option:
    return Option(
        name,
        target,
        text=text,
        metavar=options.DATE,
        default_text=default,
        type=options.DATE_TYPE,
    )


COMMANDS = {
    "override": Command(
        "override",
        text=Text(
            "Decide about the grade that a customer holds, or end such a decision.\n\n"
            "The computed grade is always kept beside it. It has a reason, an author and a last "
            "day; on the day after, the customer holds again what the rules give. A run as of a "
            "day before the decision does not know it. kefen overrides lists them and warns when "
            "the computed grade leaves one behind.",
            "人工决定客户持有的等级，或终止这种决定。\n\n"
            "按数据计算的等级始终并列保存。调级须有原因、提出人和截止日；"
            "次日起客户恢复按规则的等级。评级日早于决定日的评级不受影响。"
            "kefen overrides 列出全部调级，并在数据等级偏离时提醒。",
        ),
        callback=override,
        parameters=[
            Argument(
                "customer",
                text=Text("Id of the customer.", "客户编号。"),
                metavar=Text("CUSTOMER", "客户"),
                required=False,
            ),
            Option(
                "--scheme",
                text=Text("The scheme: its id or name.", "方案的编号或名称。"),
                metavar=Text("SCHEME", "方案"),
            ),
            _grade_option("--pin", Text("The customer holds this grade.", "定为该等级。")),
            _grade_option("--floor", Text("At least this grade.", "至少为该等级。")),
            _grade_option("--cap", Text("At most this grade.", "至多为该等级。")),
            Option(
                "--lift",
                text=Text(
                    "Up to the computed grade, where the standard has rises by hand.",
                    "提级至按数据的等级（标准规定由人工提出升级时）。",
                ),
                is_flag=True,
            ),
            Option(
                "--end",
                text=Text("End this override.", "终止该调级。"),
                metavar=Text("ID", "编号"),
            ),
            Option(
                "--reason",
                text=Text("Why.", "原因。"),
                metavar=Text("WORDS", "文字"),
                required=True,
            ),
            _person_option("--author", Text("Who decides.", "提出人。"), required=True),
            _person_option(
                "--approver",
                Text(
                    "Who approves; another person, needed where the standard says who approves.",
                    "审批人，须为另一人；标准规定审批时必填。",
                ),
                required=False,
            ),
            _day_option(
                "--from",
                "first",
                Text("The first day on which it holds.", "生效日。"),
                Text("the day of the decision", "决定日"),
            ),
            _day_option("--until", "last", Text("The last day on which it holds.", "截止日。")),
            _day_option(
                "--on",
                "given_on",
                Text("The day of the decision.", "决定日。"),
                Text("today", "今天"),
            ),
            options.standard_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen override 12346 --scheme value_index --floor B --until 2027-06-30 "
                '--reason "New plant opens in spring" --author Li --approver Wang',
                Text("At least B until June", "至少为 B，至六月底"),
            ),
            Example(
                'kefen override --end o1 --reason "Plant was cancelled" --author Li',
                Text("End it before its time", "提前终止"),
            ),
        ),
    ),
    "overrides": Command(
        "overrides",
        text=Text(
            "List the overrides of a book, and warn where the computed grade left one behind.",
            "列出账套中的人工调级，并提醒数据等级已偏离的调级。",
        ),
        callback=overrides,
        parameters=[
            Option(
                "--customer",
                text=Text("Only this customer's.", "只列该客户的。"),
                metavar=Text("CUSTOMER", "客户"),
            ),
            Option(
                "--all",
                "everything",
                text=Text("Those expired and ended too.", "也列出已到期和已终止的。"),
                is_flag=True,
            ),
            options.standard_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(Example("kefen overrides --book acme", Text("Those of a book", "某账套的调级")),),
    ),
}
