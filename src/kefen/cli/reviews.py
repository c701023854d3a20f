"""`kefen reviews`: which ratings by people are due."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.stored import find_run
from kefen.cli.tree import Command, Example, Option
from kefen.cli.why import run_option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.grading.reviews import DueReview
    from kefen.grading.stored import StoredRun

_SHOWN = 20


def reviews(*, run: str | None, book: Path | None, everything: bool, as_json: bool) -> None:
    """List the ratings that are due or overdue."""
    stored, _ = find_run(run, book)
    found = _found(stored)
    wanted = [one for one in found if everything or one.state != "later"]
    notice = stored.standard.notice
    if as_json:
        print_json(
            {
                "as_of": stored.as_of.isoformat(),
                "notice": None if notice is None else notice.as_dict(),
                "reviews": [one.as_dict() for one in wanted],
            }
        )
        return
    _tell(found, wanted)
    if notice is not None:
        click.echo(say(notice))


def _found(stored: StoredRun) -> tuple[DueReview, ...]:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.outputs import GRADES_FILE, METRICS_FILE
    from kefen.grading.reviews import due_reviews, review_query, schemes_reviewed

    schemes = schemes_reviewed(stored.standard, stored.running)
    if not schemes:
        raise CallError(
            Text(
                "no scheme of “{s}” follows ratings by people",
                "“{s}”没有跟踪人工评级的方案",
            ).filled(s=stored.standard.name),
            mend=Text(
                "Add “reviews” to a scheme, or take a run of a standard that has it, such as"
                " aml-risk.",
                "请在方案中加入“reviews”，或使用带有它的标准，例如 aml-risk。",
            ),
        )
    found: list[DueReview] = []
    with DuckDBEngine() as engine:
        for scheme in schemes:
            files = (
                f"'{str(stored.directory / name).replace(chr(39), chr(39) * 2)}'"
                for name in (METRICS_FILE, GRADES_FILE)
            )
            rows = engine.rows(review_query(scheme, *files))
            found += due_reviews(scheme, rows, stored.as_of)
    return tuple(found)


def _tell(found: tuple[DueReview, ...], wanted: list[DueReview]) -> None:
    from kefen.grading.reviews import STATE_WORDS, WHY_WORDS

    counts = Counter(one.state for one in found)
    for state, words in STATE_WORDS.items():
        click.echo(f"{say(words)}: {counts[state]}")  # type: ignore[index]
    for one in wanted[:_SHOWN]:
        day = one.due.isoformat() if one.due else "–"
        confirmed = one.rated_as or "–"
        click.echo(
            f"  {one.customer}  {day}  {say(WHY_WORDS[one.why])}, {say(STATE_WORDS[one.state])}"
            f"  ({confirmed} → {one.proposed or '–'})"
        )
    if len(wanted) > _SHOWN:
        click.echo(
            say(
                Text("  … and {n} more: --json", "  ……另有 {n} 户：--json").filled(
                    n=len(wanted) - _SHOWN
                )
            )
        )


COMMANDS = {
    "reviews": Command(
        "reviews",
        text=Text(
            "List the ratings by people that are due or overdue.\n\n"
            "Of a standard that follows them (`reviews`), such as `aml-risk`: first ratings, "
            "ratings due again because something changed, and regular reviews.",
            "列出到期与逾期的人工评级。\n\n"
            "适用于跟踪评级的标准（`reviews`），例如 `aml-risk`："
            "首次评级、因资料变更须重评者、定期复评。",
        ),
        callback=reviews,
        parameters=[
            run_option(),
            options.book_option(),
            Option(
                "--all",
                "everything",
                text=Text("Those due later too.", "也列出尚未到期的。"),
                is_flag=True,
            ),
            options.json_option(),
        ],
        examples=(Example("kefen reviews --run results", Text("From a folder", "查看结果目录")),),
    )
}
