"""What `kefen screen` does, and what it says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from kefen.cli import options
from kefen.cli.data import find_data
from kefen.cli.errors import print_json
from kefen.cli.language import current_language, say
from kefen.cli.progress import steps
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.grading.screening import Match, Screened
    from kefen.lake.dataset import Dataset
    from kefen.lake.watchlist import Watchlist

_DEFAULT_DAYS = 30
_SHOWN = 10
_FURTHER_NAMES = (
    "aliases",
    "alias",
    "other_names",
    "english_name",
    "native_name",
    "former_name",
    "legal_representative",
    "别名",
    "曾用名",
    "英文名称",
    "外文名",
    "法定代表人",
    "法人",
)
_COMPARING = Text("Comparing the names", "比对名称")


def names(
    *,
    book: Path | None,
    watchlist: Path,
    dated: date | None,
    source: str | None,
    on: date | None,
    max_age: int | None,
    threshold: int | None,
    further: tuple[str, ...],
    out: Path,
    overwrite: bool,
    memory: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Compare customers with a list of names and write the candidates."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.outputs import check_output, output_directory
    from kefen.grading.screening import DEFAULT_THRESHOLD, screen
    from kefen.grading.screening_files import checksum, require_unjudged, write_screening
    from kefen.lake.watchlist import read_watchlist

    check_output(out, overwrite=overwrite)
    require_unjudged(out)
    limit = float(DEFAULT_THRESHOLD if threshold is None else threshold)
    if not 70 <= limit <= 100:
        raise CallError(
            Text("a threshold of {t} is not usable", "门槛 {t} 不可用").filled(t=limit),
            where="--threshold",
            mend=Text("Give 70 to 100.", "请给出 70 到 100。"),
        )
    data = find_data(book, given)
    share = given.get("max_rejected")
    read = read_watchlist(watchlist, max_rejected=Decimal("0.01") if share is None else share)
    day = _list_day(read, dated)
    screened_on = on or date.today()  # noqa: DTZ011  the day on which it is done, here
    with (
        DuckDBEngine(memory_limit=memory or options.DEFAULT_MEMORY) as engine,
        steps(data.steps + 1, shown=not as_json) as begin,
    ):
        dataset = data.read(engine, begin)
        begin(_COMPARING)
        people = _customers(dataset, further)
        found = screen(people, read, threshold=limit)
    files = sorted(watchlist.iterdir()) if watchlist.is_dir() else [watchlist]
    record = {
        "screened_on": screened_on.isoformat(),
        "list": str(watchlist),
        "source": source or read.source or watchlist.name,
        "dated": day.isoformat(),
        "checksum": checksum(file for file in files if file.is_file()),
        "age_in_days": (screened_on - day).days,
        "older_than_allowed": _too_old(day, screened_on, max_age),
        "entries": len(read.entries),
        "names": sum(1 + len(entry.aliases) for entry in read.entries),
        "rows": read.rows,
        "broken_rows": len(read.broken),
        "threshold": limit,
        "customers": len(people),
        "without_name": sum(not one.names for one in people),
        "customers_with_candidates": len({match.customer.customer for match in found}),
        "candidates": len(found),
    }
    with output_directory(out, overwrite=overwrite) as partial:
        write_screening(partial, current_language(), people, found, read, record)
    if as_json:
        print_json({**record, "out": str(out)})
        return
    _tell(record, found, out, max_age)


def _list_day(read: Watchlist, dated: date | None) -> date:
    day = dated or read.dated
    if day is None:
        raise CallError(
            Text("the list does not say of which day it is", "名单没有写明日期"),
            where="--dated",
            mend=Text(
                "Give the day it was published: --dated 2026-05-31.",
                "请给出发布日期：--dated 2026-05-31。",
            ),
        )
    return day


def _too_old(day: date, on: date, max_age: int | None) -> bool:
    return (on - day).days > (_DEFAULT_DAYS if max_age is None else max_age)


def _customers(dataset: Dataset, further: tuple[str, ...]) -> list[Screened]:
    from sqlglot import exp

    from kefen.grading.screening import Screened

    read = dataset.tables["customers"]
    named = [*further] if further else [n for n in read.attributes if n.lower() in _FURTHER_NAMES]
    unknown = [name for name in named if name not in read.attributes]
    if unknown:
        raise CallError(
            Text("customers have no column {c}", "客户表没有列 {c}").filled(c=", ".join(unknown)),
            where="--names",
            mend=Text("Their further columns: {c}.", "其他列为：{c}。").filled(
                c=", ".join(read.attributes) or "–"
            ),
        )
    query = exp.select(
        *(exp.column(n, quoted=True) for n in ("customer_id", "kind", "birth_date", "name", *named))
    ).from_(exp.Table(this=exp.to_identifier(read.relation, quoted=True)))
    query = query.order_by(exp.column("customer_id", quoted=True))
    found = []
    for customer, kind, born, *written in dataset.engine.rows(query.sql("duckdb")):
        parts = [
            p.strip() for text in written if text for p in str(text).replace("；", ";").split(";")
        ]
        found.append(Screened(customer, tuple(dict.fromkeys(p for p in parts if p)), kind, born))
    return found


def _tell(record: dict[str, Any], found: tuple[Match, ...], out: Path, max_age: int | None) -> None:
    from kefen.grading.screening_files import NOTICE

    def told(en: str, zh: str, **values: object) -> None:
        click.echo(say(Text(en, zh).filled(**values)))

    told(
        "{c} {c:customer|customers} compared with {n} names of {e} entries: {s}, {d}.",
        "{c} 户与 {e} 个条目的 {n} 个名称比对：{s}，{d}。",
        c=record["customers"],
        n=record["names"],
        e=record["entries"],
        s=record["source"],
        d=record["dated"],
    )
    if record["broken_rows"]:
        told(
            "{n} of {all} rows of the list are broken and were not compared: broken-rows.csv.",
            "名单 {all} 行中有 {n} 行无法使用，未参与比对：见 broken-rows.csv。",
            n=record["broken_rows"],
            all=record["rows"],
        )
    if record["older_than_allowed"]:
        told(
            "Warning: the list is {a} days old; {m} are allowed (--max-age).",
            "警告：名单已有 {a} 天，允许 {m} 天（--max-age）。",
            a=record["age_in_days"],
            m=_DEFAULT_DAYS if max_age is None else max_age,
        )
    if record["without_name"]:
        told(
            "{n} {n:customer has|customers have} no name and could not be compared.",
            "{n} 户没有名称，无法比对。",
            n=record["without_name"],
        )
    told(
        "{k} {k:candidate|candidates} for {c} {c:customer|customers}, from a score of {t}.",
        "{c} 户有 {k} 个候选（得分 {t} 以上）。",
        k=record["candidates"],
        c=record["customers_with_candidates"],
        t=f"{record['threshold']:g}",
    )
    for match in sorted(found, key=lambda one: -one.score)[:_SHOWN]:
        click.echo(f"  {match.customer.customer}: {say(match.words)}")
    if len(found) > _SHOWN:
        told("  … and {n} more", "  ……另有 {n} 个", n=len(found) - _SHOWN)
    told(
        "Judge {f}/matches.csv (decision, decided_by, decided_on), then: kefen screen judged.",
        "请在 {f}/matches.csv 中判定（decision、decided_by、decided_on），"
        "再运行 kefen screen judged。",
        f=out,
    )
    click.echo(say(NOTICE))


def judged(*, file: Path, out: Path, as_json: bool) -> None:
    """Turn judged candidates into assessments."""
    from kefen.cli.data import check_file
    from kefen.grading.screening_files import judged_rows, write_assessments

    check_file(file)
    rows, left = judged_rows(file)
    write_assessments(out, rows)
    if as_json:
        print_json({"assessments": len(rows), "open": left, "out": str(out)})
        return
    click.echo(
        say(
            Text(
                "{n} {n:assessment is|assessments are} in {f}; {o} {o:candidate is|candidates are}"
                " still open. Import: kefen import assessments {f}",
                "{n} 条评定已写入 {f}；尚有 {o} 个候选未判定。导入：kefen import assessments {f}",
            ).filled(n=len(rows), o=left, f=out)
        )
    )


def countries(
    *,
    book: Path | None,
    watchlist: Path,
    dated: date | None,
    source: str | None,
    out: Path,
    memory: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Write how risky each customer's country is, by a list of countries."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.country_risk import country_rows
    from kefen.grading.screening_files import write_assessments
    from kefen.lake.watchlist import read_watchlist

    data = find_data(book, given)
    read = read_watchlist(watchlist)
    day = _list_day(read, dated)
    told = source or read.source or watchlist.name
    with (
        DuckDBEngine(memory_limit=memory or options.DEFAULT_MEMORY) as engine,
        steps(data.steps, shown=not as_json) as begin,
    ):
        rows, unknown = country_rows(data.read(engine, begin), read, day, told)
    write_assessments(out, rows)
    listed = sum(row[2] != "none" for row in rows)
    if as_json:
        print_json(
            {
                "assessments": len(rows),
                "listed": listed,
                "countries_not_understood": unknown,
                "dated": day.isoformat(),
                "source": told,
                "out": str(out),
            }
        )
        return
    click.echo(
        say(
            Text(
                "{n} {n:customer has|customers have} a country, {l} of a listed one "
                "({s}, {d}): {f}",
                "{n} 户有国家，其中 {l} 户在名单所列国家（{s}，{d}）：{f}",
            ).filled(n=len(rows), l=listed, s=told, d=day.isoformat(), f=out)
        )
    )
    for name, count in unknown.items():
        click.echo(
            say(
                Text(
                    "  “{c}” is no country that is known: {n} {n:customer|customers} without a row",
                    "  无法识别国家“{c}”：{n} 户没有写入",
                ).filled(c=name, n=count)
            )
        )


def measure(
    *,
    customers: Path,
    watchlist: Path,
    truth: Path,
    threshold: int | None,
    max_rejected: Decimal | None,
    as_json: bool,
) -> None:
    """Measure how much of what matches is found, and how much of what is found matches."""
    from kefen.grading.screening_measure import measure_screening

    figures = measure_screening(
        customers,
        watchlist,
        truth,
        float(threshold or 85),
        max_rejected=Decimal("0.01") if max_rejected is None else max_rejected,
    )
    if as_json:
        print_json(figures)
        return
    for text, value in (
        (Text("pairs that match", "已知相同的对数"), figures["true_pairs"]),
        (Text("candidates", "候选数"), figures["candidates"]),
        (Text("found", "其中找到"), figures["found"]),
        (Text("recall", "召回率"), figures["recall"]),
        (Text("precision", "准确率"), figures["precision"]),
    ):
        click.echo(f"{say(text)}: {value}")
