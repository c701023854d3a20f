"""`kefen moves`: one customer's grades from run to run, and why each changed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.compare import month_options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.stored import chain_of_runs
from kefen.cli.tree import Argument, Command, Example, Option
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from kefen.grading.moves.customer import CustomerMove, CustomerMoves


def moves(
    *,
    customer: str,
    runs: tuple[str, ...],
    first: date | None,
    last: date | None,
    standard: str | None,
    scheme: tuple[str, ...],
    book: Path | None,
    as_json: bool,
) -> None:
    """Tell a customer's moves."""
    from kefen.grading.explain import checked_scheme
    from kefen.grading.moves.customer import CustomerMoves
    from kefen.grading.stored import StoredRun

    chain = chain_of_runs(runs, first, last, standard, book)
    loaded = [StoredRun.load(one.folder) for one in chain]
    wanted = [checked_scheme(loaded[-1], name) for name in scheme] or None
    found = []
    for before, after in pairwise(loaded):
        between = CustomerMoves(before, after)
        found.append((between, between.of(customer, wanted)))
    if as_json:
        print_json({"customer_id": customer, "steps": [_as_dict(*one, customer) for one in found]})
    else:
        _show(customer, found, every=wanted is not None)


def _as_dict(
    between: CustomerMoves, found: Sequence[CustomerMove], customer: str
) -> dict[str, Any]:
    from kefen.grading.moves.words import move_in_words

    return {
        "before_as_of": between.before.as_of.isoformat(),
        "after_as_of": between.after.as_of.isoformat(),
        "schemes": [
            {
                "scheme": one.scheme,
                "before": one.before,
                "after": one.after,
                "moved": one.moved,
                "causes": list(one.causes),
                "way": [{"cause": leg.cause, "from": leg.start, "to": leg.end} for leg in one.legs],
                "changed": {
                    change.metric.id: [_plain(change.before), _plain(change.after)]
                    for change in one.changed
                },
                "sentence": move_in_words(
                    one, between, customer, between.after.record["currency"]
                ).as_dict(),
            }
            for one in found
        ],
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int) else str(value)


def _show(
    customer: str,
    found: Sequence[tuple[CustomerMoves, Sequence[CustomerMove]]],
    *,
    every: bool,
) -> None:
    from kefen.cli.terminal import console, print_prose
    from kefen.grading.moves.words import move_in_words

    screen = console()
    for between, schemes in found:
        screen.print()
        title = Text("{a} to {b}", "{a} 至 {b}").filled(
            a=between.before.as_of, b=between.after.as_of
        )
        screen.print(say(title), style="bold")
        told = [one for one in schemes if every or one.causes]
        for one in told:
            scheme = between.after.standard.schemes.get(one.scheme)
            if scheme is None:
                scheme = between.before.standard.schemes[one.scheme]
            screen.print(f"  {say(scheme.name)}", style="cyan")
            words = move_in_words(one, between, customer, between.after.record["currency"])
            print_prose(screen, say(words), indent="    ")
        if not told:
            nothing = Text("No grade of it changed.", "各方案等级均未变动。")
            print_prose(screen, say(nothing), indent="  ")


COMMANDS = {
    "moves": Command(
        "moves",
        text=Text(
            "Tell how a customer's grades moved from run to run, and why.\n\n"
            "Each move in a sentence: the customer's own figures, data that came or went, lines "
            "that moved with the others, another standard, a hold or an override. What moved it "
            "and was cancelled out is told too.",
            "说明客户的等级在各次评级之间如何变动、原因何在。\n\n"
            "每次变动一句话：自身数据变化、数据有无的变化、标定随整体变化、标准变更、"
            "保级规则或人工调级；相互抵消的原因也一并说明。",
        ),
        callback=moves,
        parameters=[
            Argument(
                "customer",
                text=Text("Id of the customer.", "客户编号。"),
                metavar=Text("CUSTOMER", "客户"),
            ),
            Argument(
                "runs",
                text=Text(
                    "Two runs or more, the earliest first; none: the months of a book.",
                    "两次或更多评级，按先后排列；不给则为账套各月。",
                ),
                metavar=Text("RUN", "结果"),
                nargs=-1,
            ),
            *month_options(),
            Option(
                "--scheme",
                text=Text("Only this scheme; repeat for several.", "只看该方案；可重复。"),
                metavar=Text("SCHEME", "方案"),
                multiple=True,
            ),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen moves 12346 september october",
                Text("Between two folders of results", "两个结果目录之间"),
            ),
            Example(
                "kefen moves 12346 --scheme abc --book acme",
                Text("Over the months of a book", "账套各月"),
            ),
        ),
    ),
}
