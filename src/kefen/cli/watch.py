"""`kefen watch`: what a run warns of, with evidence, and how the warnings fared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.stored import chain_of_runs, find_run
from kefen.cli.tree import Command, Example, Option
from kefen.cli.why import run_option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.grading.alerts.judging import AlertJudged
    from kefen.grading.alerts.listing import AlertList
    from kefen.grading.stored import StoredRun
    from kefen.lake.book import Book
    from kefen.methods.migration import Rate
    from kefen.standards.model import Standard

_STATES = ("new", "still", "gone")
_MOST = 20


def watch(
    *,
    run: str | None,
    previous: Path | None,
    alert: tuple[str, ...],
    state: tuple[str, ...],
    everything: bool,
    judge: bool,
    book: Path | None,
    as_json: bool,
) -> None:
    """List alerts, or judge them."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.alerts.conditions import not_watched
    from kefen.grading.alerts.listing import list_alerts

    if judge:
        others = (
            ("--run", run),
            ("--previous", previous),
            ("--state", state),
            ("--all", everything),
        )
        for option, value in others:
            if value:
                raise CallError(
                    Text("--judge and {o} do not go together.", "--judge 与 {o} 不能同用。").filled(
                        o=option
                    ),
                    where=option,
                    mend=Text(
                        "Leave it out: all runs of the book are judged.",
                        "请去掉该选项：检验的是账套的全部评级。",
                    ),
                )
        _judge(book, alert, as_json=as_json)
        return
    stored, opened = find_run(run, book)
    before = _run_before(stored, previous, opened)
    _check(stored, alert, state)
    with DuckDBEngine() as engine:
        found = list_alerts(
            engine,
            stored,
            before,
            states=state or ("new", "still"),
            alerts=alert or None,
            most=1_000_000 if everything else _MOST,
        )
    if found is None:
        raise CallError(
            Text("The run has no alerts.", "该评级没有预警。"),
            mend=Text(
                "Write “alerts” into its standard, or grade again with this version.",
                "请在标准中写“alerts”，或用本版本重新评级。",
            ),
        )
    missing = not_watched(stored, before)
    restated = _restated_since(stored, opened) if previous is None else None
    if as_json:
        told = _as_dict(stored, found, missing)
        print_json({**told, "run_before_restated": say(restated) if restated is not None else None})
        return
    _show(stored, found, missing)
    if restated is not None:
        click.secho(f"\n{say(restated)}", fg="yellow")


def _run_before(stored: StoredRun, previous: Path | None, book: Book | None) -> StoredRun | None:
    """Return the run that the alerts of another were compared with when it was made."""
    from kefen.grading.stored import StoredRun as Loaded

    if previous is not None:
        return Loaded.load(previous)
    if book is None:
        return None
    holding = _holding_before(stored, book)
    since = stored.record.get("alerts_since", holding)
    return None if since is None else Loaded.load(book.runs.directory(since))


def _holding_before(stored: StoredRun, book: Book) -> str | None:
    """Return the run that holds for the last date before that of another."""
    from kefen.grading.history import kept_runs, run_before

    found = run_before(kept_runs(book), stored.as_of, stored.standard.id)
    return None if found is None else found.run_id


def _restated_since(stored: StoredRun, book: Book | None) -> Text | None:
    """Return that the alerts of a run rest on a run before that does not hold any more."""
    if book is None or "alerts_since" not in stored.record:
        return None
    since, holding = stored.record["alerts_since"], _holding_before(stored, book)
    if since == holding or holding is None:
        return None
    again = Text(
        "To watch from {h}: kefen grade --as-of {d}.",
        "如需改与 {h} 比较：kefen grade --as-of {d}。",
    ).filled(h=holding, d=stored.as_of)
    if since is None:
        return Text(
            "When this run was made there was no run before it; {h} has come since. {a}",
            "该次评级时尚无更早的评级，之后才有 {h}。{a}",
        ).filled(h=holding, a=again)
    return Text(
        "These alerts were raised next to {s}; {h} holds in its place now. {a}",
        "这些预警是与 {s} 比较得出的；其后 {h} 已取代它。{a}",
    ).filled(s=since, h=holding, a=again)


def _check(stored: StoredRun, alerts: tuple[str, ...], states: tuple[str, ...]) -> None:
    for given, known, option in (
        (alerts, tuple(stored.standard.alerts), "--alert"),
        (states, _STATES, "--state"),
    ):
        _refuse_unknown(given, known, option)


def _refuse_unknown(given: tuple[str, ...], known: tuple[str, ...], option: str) -> None:
    wrong = [one for one in given if one not in known]
    if wrong:
        raise CallError(
            Text("There is no “{w}”.", "没有“{w}”。").filled(w=wrong[0]),
            where=option,
            mend=Text("There are: {k}.", "可用：{k}。").filled(k=", ".join(known) or "–"),
        )


def _as_dict(
    run: StoredRun, found: AlertList, missing: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    return {
        "as_of": run.as_of.isoformat(),
        "alerts": [
            {
                "alert": one.id,
                "name": one.name.as_dict(),
                "severity": one.severity,
                "advice": one.advice.as_dict(),
                **{state: found.counts.get((one.id, state), 0) for state in _STATES},
                "not_watched": list(missing.get(one.id, ())),
            }
            for one in run.standard.alerts.values()
        ],
        "customers": [
            {
                "customer_id": one.customer,
                "alert": one.alert.id,
                "severity": one.alert.severity,
                "state": one.state,
                "first_seen": one.first_seen.isoformat(),
                "evidence": {
                    name: value if value is None or isinstance(value, bool | int) else str(value)
                    for name, value in one.evidence
                },
            }
            for one in found.raised
        ],
        "left_off": found.left_off,
    }


def _show(run: StoredRun, found: AlertList, missing: dict[str, tuple[str, ...]]) -> None:
    from kefen.cli.terminal import console, count, plain_table, print_prose
    from kefen.grading.alerts.words import (
        SEVERITY_WORDS,
        STATE_WORDS,
        evidence_in_words,
        name_in_words,
    )
    from kefen.standards.decision_words import joined

    screen = console()
    screen.print()
    screen.print(
        say(Text("Alerts as of {d}", "预警（截至 {d}）").filled(d=run.as_of)), style="bold"
    )
    table = plain_table()
    for heading in (Text("Alert", "预警"), Text("severity", "程度")):
        table.add_column(say(heading))
    for state in _STATES:
        table.add_column(say(STATE_WORDS[state]), justify="right")
    for alert in run.standard.alerts.values():
        table.add_row(
            say(alert.name),
            say(SEVERITY_WORDS[alert.severity]),
            *(count(found.counts.get((alert.id, state), 0)) for state in _STATES),
        )
    screen.print(table)
    for identifier, names in missing.items():
        words = Text("Not watched in full - {a}: no {n}.", "未能完整监测——{a}：缺少{n}。").filled(
            a=run.standard.alerts[identifier].name,
            n=joined([name_in_words(run.standard, name) for name in names], ", ", "、"),
        )
        print_prose(screen, say(words), "yellow")
    for one in found.raised:
        head = Text("{c}: {a} ({s}, {t} since {d})", "{c}：{a}（{s}，{t}，{d} 起）").filled(
            c=one.customer,
            a=one.alert.name,
            s=SEVERITY_WORDS[one.alert.severity],
            t=STATE_WORDS[one.state],
            d=one.first_seen,
        )
        screen.print()
        print_prose(screen, say(head), "bold")
        words = evidence_in_words(run.standard, one.evidence, run.record["currency"])
        print_prose(screen, say(words), indent="  ")
        if one.alert.advice.en:
            print_prose(screen, say(one.alert.advice), "green", "  ")
    if found.left_off:
        more = Text("… and {n} more: --all, or --json.", "……另有 {n} 条：--all 或 --json。")
        screen.print()
        screen.print(say(more.filled(n=count(found.left_off))), style="dim")


def _judge(book: Path | None, alerts: tuple[str, ...], *, as_json: bool) -> None:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.alerts.judging import judge_alerts
    from kefen.grading.stored import StoredRun

    chain = [StoredRun.load(one.folder) for one in chain_of_runs((), None, None, None, book)]
    standard = chain[-1].standard
    foretelling = tuple(one.id for one in standard.alerts.values() if one.foretells is not None)
    if not foretelling:
        raise CallError(
            Text(
                "No alert of the standard {s} says what it foretells.", "标准 {s} 的预警均无预期。"
            ).filled(s=chain[-1].standard.id),
            mend=Text(
                "Write “foretells” and “within” into its alerts, and grade again.",
                "请在其预警中写明“foretells”与“within”，再重新评级。",
            ),
        )
    _refuse_unknown(alerts, foretelling, "--alert")
    with DuckDBEngine() as engine:
        found = judge_alerts(engine, chain)
    if alerts:
        found = tuple(one for one in found if one.alert.id in alerts)
    if as_json:
        print_json([_judged_as_dict(one, standard) for one in found])
    else:
        _show_judged(found, standard)


def _judged_as_dict(one: AlertJudged, standard: Standard) -> dict[str, Any]:
    from dataclasses import asdict

    from kefen.grading.alerts.words import foretold_in_words

    words = foretold_in_words(standard, one.alert)
    return {
        "alert": one.alert.id,
        "foretells": words.as_dict() if words is not None else None,
        "within_months": one.alert.within,
        "runs": one.runs,
        "raised": asdict(one.raised),
        "others": asdict(one.others),
        "ratio": one.ratio,
    }


def _show_judged(found: tuple[AlertJudged, ...], standard: Standard) -> None:
    from kefen.cli.terminal import console, count, plain_table, print_prose
    from kefen.grading.alerts.words import foretold_in_words

    screen = console()
    table = plain_table()
    for place, heading in enumerate(
        (
            Text("Alert", "预警"),
            Text("months", "月数"),
            Text("runs", "次数"),
            Text("raised", "预警客户"),
            Text("came true", "应验"),
            Text("others", "其他客户"),
            Text("came true", "应验"),
            Text("times", "倍数"),
        )
    ):
        table.add_column(say(heading), justify="right" if place else "left")
    for one in found:
        table.add_row(
            say(one.alert.name),
            str(one.alert.within),
            str(one.runs),
            count(one.raised.cases),
            _rate(one.raised),
            count(one.others.cases),
            _rate(one.others),
            "–" if one.ratio is None else f"{one.ratio:.1f}",
        )
    screen.print()
    screen.print(table)
    for one in found:
        words = foretold_in_words(standard, one.alert)
        if words is not None:
            told = Text("{a} foretells: {f}.", "“{a}”的预期：{f}。")
            print_prose(screen, say(told.filled(a=one.alert.name, f=words)))
    note = Text(
        "Of those it was raised for anew, and of the others who could have been warned of (all, "
        "unless the alert says among whom), only customers of whom what it foretells was not true "
        "yet (all, where it is asked of the months to come alone); 95 % intervals.",
        "仅统计新预警客户，以及预警范围（未写“among”时为全体）内的其他客户中，预期尚未成立者"
        "（只问其后月份的预警则统计全部）；括号内为 95 % 区间。",
    )
    print_prose(screen, say(note), "dim")


def _rate(rate: Rate) -> str:
    if rate.rate is None or rate.low is None or rate.high is None:
        return "–"
    return f"{rate.rate * 100:.1f} % ({rate.low * 100:.1f}–{rate.high * 100:.1f})"


COMMANDS = {
    "watch": Command(
        "watch",
        text=Text(
            "Tell what a run warns of, with evidence: early warning and rising customers.\n\n"
            "The alerts of the standard, the most pressing first; new ones, those that still hold "
            "and since when, and those that are gone. With --judge the alerts of the book's runs "
            "are held against what happened next.",
            "列出一次评级的预警及依据：风险预警与成长中的客户。\n\n"
            "按标准中的预警条件，最紧急的在前：新出现的、持续的（自何时起）与已解除的。"
            "加 --judge 则用账套其后的评级检验预警是否应验。",
        ),
        callback=watch,
        parameters=[
            Option(
                "--alert",
                text=Text("Only this alert; repeat for several.", "只看该预警；可重复。"),
                metavar=Text("ALERT", "预警"),
                multiple=True,
            ),
            Option(
                "--state",
                text=Text(
                    "Only new, still or gone; repeat for several.",
                    "只看 new（新出现）、still（仍成立）或 gone（已消失）；可重复。",
                ),
                metavar=Text("STATE", "状态"),
                default_text=Text("new and still", "新出现与仍成立的"),
                multiple=True,
            ),
            Option(
                "--all",
                "everything",
                text=Text("List every customer, not the first 20.", "列出全部客户，而非前 20 位。"),
                is_flag=True,
            ),
            Option(
                "--judge",
                text=Text(
                    "Hold the alerts of the book's runs against what happened next.",
                    "用其后的评级检验账套各次预警。",
                ),
                is_flag=True,
            ),
            run_option(),
            options.previous_option(),
            options.book_option(),
            options.json_option(),
        ],
        examples=(
            Example("kefen watch --book acme", Text("The book's newest run", "账套最新一期评级")),
            Example(
                "kefen watch --judge --book acme",
                Text("Did the alerts come true?", "预警是否应验？"),
            ),
        ),
    ),
}
