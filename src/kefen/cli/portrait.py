"""`kefen portrait`: what sets the classes of a scheme, or one customer, apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.stored import find_run
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.cli.why import run_option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.grading.portraits.portrait import Portrait
    from kefen.grading.portraits.traits import Material
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Scheme


def portrait(
    *,
    customer: str | None,
    scheme: str | None,
    grade: str | None,
    run: str | None,
    book: Path | None,
    as_json: bool,
) -> None:
    """Portray the classes of a scheme, or one customer."""
    if customer is not None and (scheme is not None or grade is not None):
        raise CallError(
            Text(
                "A portrait is of a customer or of classes.", "画像的对象是客户或类别，二者选一。"
            ),
            mend=Text(
                "Give the customer alone, or --scheme with or without --grade.",
                "请只给出客户编号，或用 --scheme（可加 --grade）。",
            ),
        )
    from kefen.grading.portraits.kept import kept_material
    from kefen.lake.customer_names import name_in_book

    stored, opened = find_run(run, book)
    with kept_material(stored) as material:
        if customer is not None:
            versions = stored.record["lake_versions"]
            name = None if opened is None else name_in_book(opened, versions, customer)
            _of_customer(stored, material, customer, name, as_json=as_json)
        else:
            _of_classes(stored, material, scheme, grade, as_json=as_json)


def _of_customer(
    stored: StoredRun, material: Material, customer: str, name: str | None, *, as_json: bool
) -> None:
    from kefen.grading.portraits.customer import customer_words, draw_customer, standing_note

    drawn = draw_customer(material, customer)
    if as_json:
        notice = stored.standard.notice
        print_json(
            drawn.as_dict(material.currency)
            | {"notice": None if notice is None else notice.as_dict()}
        )
        return
    who = customer if name is None or name == customer else f"{name} ({customer})"
    _show(
        Text("{w}, as of {d}", "{w}，评级日 {d}").filled(w=who, d=stored.as_of),
        None,
        ((Text("Portrait", "画像"), drawn.not_drawn),)
        if drawn.not_drawn is not None
        else customer_words(drawn, material.currency),
        standing_note(drawn),
    )
    _show_warnings(stored)


def _of_classes(
    stored: StoredRun, material: Material, scheme: str | None, grade: str | None, *, as_json: bool
) -> None:
    from kefen.grading.explain import checked_scheme
    from kefen.grading.named import grade_called
    from kefen.grading.portraits.portrait import draw_portraits
    from kefen.grading.portraits.words import compared_words, lead_words, portrait_words

    chosen = stored.standard.schemes[checked_scheme(stored, scheme or _first(stored))]
    if chosen.id not in stored.running:
        raise CallError(
            Text("{s} was not run: {w}", "{s}未运行：{w}").filled(
                s=chosen.name, w=stored.not_run[chosen.id]
            ),
            where="--scheme",
            mend=Text("Choose another scheme.", "请选择其他方案。"),
        )
    drawn: Sequence[Portrait] = draw_portraits(material, chosen)
    if grade is not None:
        wanted = grade_called(chosen, grade)
        drawn = [one for one in drawn if one.grade == wanted]
        if not drawn:
            raise CallError(
                Text("No customer is “{g}” under {s}.", "{s}中没有「{g}」的客户。").filled(
                    g=grade, s=chosen.name
                ),
                where="--grade",
                mend=Text(
                    "See the classes: kefen portrait --scheme {s}.",
                    "查看各类：kefen portrait --scheme {s}。",
                ).filled(s=chosen.id),
            )
    if as_json:
        print_json(_as_json(stored, chosen, drawn, material.currency))
        return
    for one in drawn:
        sides = portrait_words(one, stored.standard.schemes, material.currency)
        if one.not_drawn is not None:
            sides = ((Text("Portrait", "画像"), Text("{w}.", "{w}。").filled(w=one.not_drawn)),)
        heading = Text("{g} ({s})", "{g}（{s}）").filled(g=one.name, s=chosen.name)
        _show(heading, lead_words(one), sides, None if one.not_drawn else compared_words(one))
    _show_warnings(stored)


def _as_json(
    stored: StoredRun, scheme: Scheme, drawn: Sequence[Portrait], currency: str | None
) -> dict[str, Any]:
    from kefen.grading.portraits.words import lead_words, portrait_words

    return {
        "scheme": scheme.id,
        "as_of": stored.as_of.isoformat(),
        "generated": stored.record["generated"],
        "notice": None if stored.standard.notice is None else stored.standard.notice.as_dict(),
        "classes": [
            {
                "grade": one.grade,
                "name": one.name.as_dict(),
                "members": one.members,
                "others": one.others,
                "share_of": None if one.amount is None else one.amount.id,
                "share": None if one.share is None else f"{float(one.share):.4f}",
                "not_drawn": None if one.not_drawn is None else one.not_drawn.as_dict(),
                "lead": lead_words(one).as_dict(),
                "text": [
                    {"side": side.as_dict(), "text": words.as_dict()}
                    for side, words in portrait_words(one, stored.standard.schemes, currency)
                ],
                "traits": [trait.as_dict() for trait in one.traits],
            }
            for one in drawn
        ],
    }


def _first(stored: StoredRun) -> str:
    """Return the first scheme with classes that was run, else the first of the standard."""
    schemes = stored.standard.schemes
    named = [name for name in stored.running if schemes[name].classes]
    return next(iter([*named, *stored.running, *schemes]))


def _show(
    heading: Text, lead: Text | None, sides: Sequence[tuple[Text, Text]], note: Text | None
) -> None:
    from kefen.cli.terminal import console, print_prose

    screen = console()
    screen.print()
    print_prose(screen, say(heading), "bold cyan")
    if lead is not None:
        print_prose(screen, say(lead), indent="  ")
    for side, words in sides:
        screen.print()
        screen.print(f"  {say(side)}", style="bold")
        print_prose(screen, say(words), indent="  ")
    if note is not None:
        screen.print()
        print_prose(screen, say(note), "dim", "  ")


def _show_warnings(stored: StoredRun) -> None:
    from kefen.cli.terminal import console, print_prose

    if stored.standard.notice is not None:
        print_prose(console(), say(stored.standard.notice), "yellow")
    if stored.record["generated"]:
        text = Text(
            "Part of the data is generated sample data; run.json names it.",
            "部分数据为生成的示例数据，明细见 run.json。",
        )
        print_prose(console(), say(text), "yellow")


COMMANDS = {
    "portrait": Command(
        "portrait",
        text=Text(
            "Portray the classes of a scheme, or one customer.\n\n"
            "What sets each class apart from the other customers graded: value, behaviour, needs, "
            "who they are and what works, with counts, each difference tested against chance. "
            "Classes under 20 customers are not portrayed. For one customer: where its figures "
            "stand among all others.",
            "客户画像：某方案的各类客户，或某位客户。\n\n"
            "各类客户与其他已评级客户的不同之处：价值、行为、需求、构成及如何经营，附客户数，"
            "并检验差异是否出于偶然；少于 20 个客户的类别不作画像。"
            "对某位客户：其各项数据在所有客户中的位置。",
        ),
        callback=portrait,
        parameters=[
            Argument(
                "customer",
                text=Text("Id of the customer; without it, classes.", "客户编号；不给则为各类别。"),
                metavar=Text("CUSTOMER", "客户"),
                required=False,
            ),
            Option(
                "--scheme",
                text=Text("The scheme whose classes are portrayed.", "对哪个方案的类别作画像。"),
                metavar=Text("SCHEME", "方案"),
                default_text=Text("the first that was run", "第一个已运行的方案"),
            ),
            Option(
                "--grade",
                text=Text("Only this class: its code or its name.", "只看该类：代码或名称。"),
                metavar=Text("GRADE", "等级"),
            ),
            run_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen portrait --scheme rfm --book acme",
                Text("Every RFM segment", "RFM 各细分"),
            ),
            Example("kefen portrait 12346 --run results", Text("One customer", "某位客户")),
        ),
    ),
}
