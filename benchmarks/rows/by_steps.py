"""Facts of 1 % of the customers changed: only those graded anew, next to grading all."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from rows.protocol import Outcome, Row, Verdict
from rows.scripts import figures_of
from workbench import tell

if TYPE_CHECKING:
    from workbench import Workbench

_MOST_CUSTOMERS = 1_000_000
_BAR = 0.1
_WHEN = {"kept": "lines kept", "learned": "lines learned anew"}


def _judge(bench: Workbench) -> Outcome:
    size = min(bench.asked.sizes[-1], _MOST_CUSTOMERS)
    book = bench.asked.work / "book-by-steps"
    shutil.rmtree(book, ignore_errors=True)
    tell(f"Grading 1 % of {size:,} customers anew")
    found = figures_of(
        "by_steps.py",
        bench.data(size),
        book,
        "--repeats",
        str(bench.asked.repeats),
        "--json",
    )
    shutil.rmtree(book, ignore_errors=True)
    return judged(found)


def judged(found: dict[str, Any]) -> Outcome:
    """Return what the figures of `by_steps.py` come to."""
    verdicts: list[Verdict] = []
    tables: list[str] = []
    for policy, of in found.items():
        steps, full = of["steps"], of["full"]
        clock = steps["seconds"] / full["seconds"]
        processor = steps["cpu_seconds"] / full["cpu_seconds"]
        by_steps = of["changed"] is not None
        equal = of["equal"] and of["same_record"]
        share = f"{clock:.1%} of the time, {processor:.1%} of the CPU seconds"
        if policy == "kept":
            verdicts += [
                Verdict(f"{_WHEN[policy]}: at most {_BAR:.0%}", share, by_steps and clock <= _BAR),
                Verdict(
                    f"{_WHEN[policy]}: equal rows, and those of the others not written again",
                    f"{_same(equal)}; {steps['bytes'] / full['bytes']:.1%} of the bytes written",
                    equal and by_steps,
                ),
            ]
        else:
            # With lines learned anew everybody may move: no bar holds but that of being right.
            verdicts.append(
                Verdict(f"{_WHEN[policy]}: equal rows", f"{_same(equal)}; {share}", equal)
            )
        tables.append(
            "\n".join(
                (
                    f"| {_WHEN[policy]} | seconds | CPU seconds | MB written |",
                    "|---|---:|---:|---:|",
                    *(
                        f"| {name} | {one['seconds']:.2f} | {one['cpu_seconds']:.2f} | "
                        f"{one['bytes'] / 1e6:.1f} |"
                        for name, one in (("by steps", steps), ("all anew", full))
                    ),
                )
            )
        )
    customers = next(iter(found.values()))
    said = f"{customers['customers']:,} customers, {customers['changed']} changed."
    return Outcome(tuple(verdicts), (*tables, said), found)


def _same(equal: object) -> str:
    return "equal" if equal else "DIFFERENT"


ROW = Row(3, "steps", "Facts of 1 % of the customers changed", _judge)
