"""Screening: candidates explained, judged by a person, measured on known answers."""

from __future__ import annotations

import csv
import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kefen.domain.countries import country_code
from kefen.domain.errors import DataError
from kefen.grading.screening import Screened, screen
from kefen.grading.screening_files import MATCHES, judged_rows, write_screening
from kefen.grading.screening_measure import measure_screening
from kefen.lake.watchlist import ListEntry, Watchlist, read_watchlist

LIST = Watchlist(
    (
        ListEntry("1", "SMITH, Robert", ("SMYTHE, Rob",), "person", (), ("1954-03-31",)),
        ListEntry("2", "HORIZON TRADING", (), "company"),
    ),
    (),
    2,
    date(2026, 5, 31),
    "test",
)
RECORD = {"screened_on": "2026-06-01", "source": "test", "dated": "2026-05-31"}


def test_each_entry_is_a_candidate_once_by_its_best_name() -> None:
    (match,) = screen([Screened("c", ("Rob Smythe", "Robert Smith"))], LIST)
    assert (match.entry.id, match.score) == ("1", 100)


def test_an_alias_is_said_and_what_differs_costs() -> None:
    alike = screen([Screened("c", ("Rob Smythe",))], LIST)[0]
    assert alike.by_alias
    assert "alias" in alike.words.en
    born = Screened("c", ("Robert Smith",), "person", date(1960, 1, 1))
    differs = screen([born], LIST, threshold=80)[0]
    assert (differs.birth, differs.kind, differs.score) == ("differs", "agrees", 90)
    company = Screened("c", ("Robert Smith",), "company", date(1954, 3, 31))
    other = screen([company], LIST, threshold=80)[0]
    assert (other.birth, other.kind, other.score) == ("agrees", "differs", 90)


def test_a_customer_without_a_name_is_no_candidate() -> None:
    assert screen([Screened("c", ()), Screened("d", ("",))], LIST) == ()


def test_candidates_are_judged_by_a_person_before_they_count(tmp_path: Path) -> None:
    people = [
        Screened("a", ("Robert Smith",)),
        Screened("b", ("Horizon Trading",)),
        Screened("c", ()),
    ]
    write_screening(tmp_path, "en", people, screen(people, LIST), LIST, RECORD)
    rows = {
        r["customer_id"]: r
        for r in csv.DictReader((tmp_path / "assessments.csv").open(encoding="utf-8-sig"))
    }
    assert {c: r["value"] for c, r in rows.items()} == {
        "a": "candidate",
        "b": "candidate",
        "c": "clear",
    }
    matches = tmp_path / MATCHES
    assert judged_rows(matches) == ([], 2)
    text = matches.read_text(encoding="utf-8-sig").splitlines()
    text[1] = text[1].removesuffix(",,,") + ",confirmed,Li,2026-06-02"
    text[2] = text[2].removesuffix(",,,") + ",排除,Wu,2026-06-03"
    matches.write_text("\n".join(text), encoding="utf-8")
    assert judged_rows(matches) == (
        [
            ("a", "list match", "confirmed", "2026-06-02", "Li", "compliance officer"),
            ("b", "list match", "rejected", "2026-06-03", "Wu", "compliance officer"),
        ],
        0,
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,maybe,Li,2026-06-02", "maybe"),
        ("a,yes,,2026-06-02", "who decided"),
        ("a,yes,Li,soon", "who"),
    ],
)
def test_a_judgement_that_is_not_one_is_refused(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "matches.csv"
    path.write_text(f"customer_id,decision,decided_by,decided_on\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        judged_rows(path)
    assert said in caught.value.in_language("en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("IR", "IR"),
        ("Iran", "IR"),
        ("伊朗", "IR"),
        ("irn", "IR"),
        ("364", "IR"),
        ("XQZ", None),
        ("Côte d’Ivoire", "CI"),
        ("Democratic People’s Republic of Korea", "KP"),
        ("United Kingdom", "GB"),
        ("中国", "CN"),
        ("Irann", None),
        ("", None),
    ],
)
def test_countries_are_understood_or_not_never_guessed(text: str, code: str | None) -> None:
    assert country_code(text) == code


# --- published lists ------------------------------------------------------------------------------


def _written(path: Path, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.reference
def test_the_published_ofac_list_is_found_again_misspelt_turned_round_and_by_alias(
    reference_data: Path, tmp_path: Path
) -> None:
    """Generated misspellings of real entries, and 600 generated Australian names beside them."""
    folder = reference_data / "ofac_sdn"
    read = read_watchlist(folder)
    assert (len(read.entries), sum(len(e.aliases) for e in read.entries)) == (8890, 11742)
    assert len(read.broken) == 2, "the ends of two files"
    dice = random.Random(7)
    rows: list[tuple[str, str]] = []
    truth: list[tuple[str, str]] = []

    def ask(entry: ListEntry, name: str) -> None:
        truth.append((f"t{len(rows)}", entry.id))
        rows.append((f"t{len(rows)}", name.replace(";", " ")))

    long = [entry for entry in read.entries if len(entry.name) > 8]
    for entry in dice.sample(long, 150):
        place = dice.randrange(1, len(entry.name) - 1)
        ask(entry, entry.name[:place] + entry.name[place + 1 :])
    for entry in dice.sample(long, 150):
        parts = re.split(r"[ ,]+", entry.name)
        dice.shuffle(parts)
        ask(entry, " ".join(parts))
    for entry in dice.sample([entry for entry in long if entry.aliases], 150):
        ask(entry, dice.choice(entry.aliases))
    import pandas as pd

    others = pd.read_parquet(next((reference_data / "febrl").glob("*4a*.parquet")))
    others = others.dropna(subset=["given_name", "surname"]).head(600)
    rows += [
        (f"n{place}", f"{given} {surname}")
        for place, (given, surname) in enumerate(
            zip(others.given_name, others.surname, strict=True)
        )
    ]
    figures = measure_screening(
        _written(tmp_path / "c.csv", [("customer_id", "name"), *rows]),
        folder,
        _written(tmp_path / "t.csv", [("customer_id", "entry_id"), *truth]),
        85,
    )
    print(figures)
    assert figures["recall"] >= 0.97
    assert figures["precision"] >= 0.80


@pytest.mark.reference
def test_the_senzing_truth_set_by_names_alone(reference_data: Path, tmp_path: Path) -> None:
    """Its truth also rests on addresses and numbers, so names alone find a part of it."""
    folder = reference_data / "senzing_truthset"

    def records(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def names(row: dict[str, str]) -> list[str]:
        whole = " ".join(
            row[f"PRIMARY_NAME_{part}"]
            for part in ("FIRST", "MIDDLE", "LAST")
            if row[f"PRIMARY_NAME_{part}"]
        )
        written = [
            row.get("PRIMARY_NAME_FULL"),
            row.get("PRIMARY_NAME_ORG"),
            whole,
            row["NATIVE_NAME_FULL"],
        ]
        return [name for name in written if name]

    customers, listed = records("customers.csv"), records("watchlist.csv")
    cluster = {
        (r["DATA_SOURCE"], r["RECORD_ID"]): r["CLUSTER_ID"] for r in records("truthset_key.csv")
    }
    truth = [
        (c["RECORD_ID"], w["RECORD_ID"])
        for c in customers
        for w in listed
        if (known := cluster.get(("CUSTOMERS", c["RECORD_ID"]))) is not None
        and known == cluster.get(("WATCHLIST", w["RECORD_ID"]))
    ]
    figures = measure_screening(
        _written(
            tmp_path / "c.csv",
            [("customer_id", "name"), *((r["RECORD_ID"], "; ".join(names(r))) for r in customers)],
        ),
        _written(
            tmp_path / "w.csv",
            [
                ("id", "name", "aliases"),
                *((r["RECORD_ID"], (names(r) or [""])[0], "; ".join(names(r)[1:])) for r in listed),
            ],
        ),
        _written(tmp_path / "t.csv", [("customer_id", "entry_id"), *truth]),
        75,
        max_rejected=Decimal("0.1"),
    )
    print(figures)
    assert figures["true_pairs"] == 17
    assert figures["recall"] >= 0.6
    assert figures["precision"] >= 0.3
