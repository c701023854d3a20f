"""Standards on the command line: library, editions, preview, differences, words, schema."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

SMALL = """\
standard: small
version: 1
name: {en: Small, zh: 小标准}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, unit: money}
  orders: {name: {en: Purchases, zh: 购买次数}, count: purchases}
reasons:
  idle: {en: idle, zh: 无购买}
schemes:
  rating:
    name: {en: Rating, zh: 评级}
    among: orders > 0
    otherwise: idle
    indicators:
      revenue: {bands: [">= 1000: 60", ">= 100: 40", "else: 10"]}
    grade_by: score
    grades: {A: ">= 60", B: ">= 40", C: else}
"""
AS_OF = ("--as-of", "2025-12-31")


def edition(text: str, version: int, first: str | None = None, last: str | None = None) -> str:
    """The text as another version, in force from a day to a day."""
    dates = "".join(
        f"{key}: {day}\n" for key, day in (("valid_from", first), ("valid_until", last)) if day
    )
    return text.replace("version: 1\n", f"version: {version}\n{dates}")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write(tmp_path / "small.yaml", SMALL)


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    text = edition(SMALL, 2).replace('">= 1000: 60"', '">= 3000: 60"')
    return write(tmp_path / "stricter.yaml", text)


# --- preview ------------------------------------------------------------------------------------


def test_a_preview_says_which_grades_are_held_otherwise(call, company, small) -> None:
    given = ("--against", "supplier-rating", *company.options, *AS_OF)
    answer = call("standard", "preview", "supplier-rating", *given)
    assert answer.code == 0, answer.err
    said = "as computed, before rules of movement and overrides hold them: Customer rating"
    assert said in " ".join(answer.out.split())
    told = call("standard", "preview", "supplier-rating", *given, "--json").json
    assert told["computed_only"] == ["rating"]
    plain = call("standard", "preview", small, "--against", small, *company.options, *AS_OF)
    assert "as computed" not in plain.out


def test_a_preview_counts_who_moves(call, company, small, stricter, tmp_path: Path) -> None:
    moves = tmp_path / "moves.csv"
    before = sorted(path.name for path in tmp_path.iterdir())
    answer = call(
        *("standard", "preview", stricter, "--against", small, *company.options, *AS_OF),
        *("--moves", moves, "--json"),
    )
    assert answer.code == 0, answer.err
    told = answer.json
    assert told["customers"] == 4
    assert told["revenue"]["total"] == "2500.5000"
    (rating,) = told["schemes"]
    assert rating["comparable"]
    assert rating["customers"] == {
        "same": 3, "higher": 0, "lower": 1, "other": 0, "gained": 0, "lost": 0, "moved": 1
    }  # fmt: skip
    current = {one["grade"] or one["reason"]: one["customers"] for one in rating["current"]}
    draft = {one["grade"] or one["reason"]: one["customers"] for one in rating["draft"]}
    assert current == {"A": 1, "B": 2, "C": 0, "idle": 1}
    assert draft == {"A": 0, "B": 3, "C": 0, "idle": 1}
    assert sum(move["customers"] for move in rating["moves"]) == 4
    assert rating["largest_movers"] == [
        {
            "customer_id": "007",
            "name": "=cmd()",
            "from": {"grade": "A", "reason": None},
            "to": {"grade": "B", "reason": None},
            "revenue": "2100.5000",
        }
    ]
    with moves.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["Customer"] == "007"
    assert row["Name"] == "'=cmd()"  # no spreadsheet takes it for a formula
    assert (row["Grade now"], row["Grade in the draft"]) == ("A", "B")
    after = sorted(path.name for path in tmp_path.iterdir())
    assert after == sorted([*before, "moves.csv"])
    again = call("standard", "preview", stricter, *company.options, "--moves", moves)
    assert again.code == 2
    assert "exists already" in again.err


@pytest.mark.parametrize(("language", "said"), [("en", "1 moves (1 lower)"), ("zh", "1 位变动")])
def test_a_preview_is_told_to_people(call, company, small, stricter, language, said) -> None:
    answer = call(
        *("standard", "preview", stricter, "--against", small, *company.options, *AS_OF),
        *("--lang", language),
    )
    assert answer.code == 0, answer.err
    assert said in answer.out
    assert ("Nothing was published" in answer.out) == (language == "en")


def test_a_preview_of_a_book_publishes_nothing(call, book: Path, small: Path) -> None:
    draft = write(small.parent / "d.yaml", SMALL.replace(">= 1000", ">= 200"))
    assert call(
        "grade", "--book", book, "--standard", small, *AS_OF, "--no-report", "--quiet"
    ).code == 0  # fmt: skip
    runs = sorted(path.name for path in (book / "lake" / "run_files").iterdir())
    told = call("standard", "preview", draft, "--book", book, *AS_OF, "--json").json
    assert told["current"]["id"] == "small"  # the standard of the last run
    assert told["schemes"][0]["customers"]["higher"] == 1
    assert sorted(path.name for path in (book / "lake" / "run_files").iterdir()) == runs
    against = call(
        *("standard", "preview", draft, "--book", book, *AS_OF, "--against", "default", "--json")
    ).json
    assert against["current"]["id"] == "default"
    assert against["schemes"] == []
    assert [one["scheme"] for one in against["only_draft"]] == ["rating"]
    assert "abc" in {one["scheme"] for one in against["only_current"]}


def test_other_grades_are_not_compared(call, company, small, tmp_path: Path) -> None:
    other = write(tmp_path / "other.yaml", SMALL.replace("{A:", "{S:"))
    answer = call("standard", "preview", other, "--against", small, *company.options, "--json")
    (rating,) = answer.json["schemes"]
    assert not rating["comparable"]
    assert "A, B, C" in rating["difference"]["en"]
    shown = call("standard", "preview", other, "--against", small, *company.options)
    assert "not compared one with one" in " ".join(shown.out.split())


def test_a_draft_with_errors_is_refused_with_its_findings(call, company, tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong.yaml", SMALL.replace("orders.amount", "orders.amout"))
    answer = call("standard", "preview", wrong, *company.options)
    assert answer.code == 1
    assert "wrong.yaml:5:" in answer.err
    assert "orders.amount" in answer.err
    assert call("standard", "preview", wrong.with_name("none.yaml"), *company.options).code == 2


def test_one_scheme_is_previewed(call, company, small) -> None:
    call_of = ("standard", "preview", small, "--against", small, *company.options)
    assert len(call(*call_of, "--scheme", "rating", "--json").json["schemes"]) == 1
    assert call(*call_of, "--scheme", "nope").code == 2
    assert "Nobody moves" in call(*call_of).out


# --- editions -----------------------------------------------------------------------------------


@pytest.fixture
def editions(book: Path) -> Path:
    """A book with two editions of one standard, the later stricter."""
    later = edition(SMALL, 2, first="2025-07-01").replace(">= 1000", ">= 3000")
    write(book / "standards" / "small-1.yaml", edition(SMALL, 1, last="2025-06-30"))
    write(book / "standards" / "small-2.yaml", later)
    return book


@pytest.mark.parametrize(("day", "version"), [("2025-06-30", 1), ("2025-07-01", 2)])
def test_the_edition_in_force_grades(call, editions: Path, day: str, version: int) -> None:
    answer = call(
        *("grade", "--book", editions, "--standard", "small", "--as-of", day),
        *("--no-report", "--json"),
    )
    assert answer.code == 0, answer.err
    assert answer.json["standard"]["version"] == version
    assert answer.json["standard"]["note"] is None


def test_the_edition_follows_from_the_data_too(call, editions: Path) -> None:
    told = call("grade", "--book", editions, "--standard", "small", "--no-report", "--json").json
    assert told["standard"]["version"] == 2


def test_overlapping_editions_are_refused_by_name(call, editions: Path) -> None:
    write(editions / "standards" / "small-3.yaml", edition(SMALL, 3, first="2025-12-01"))
    answer = call("grade", "--book", editions, "--standard", "small", "--no-report")
    assert answer.code == 1
    assert "small-2.yaml" in answer.err
    assert "small-3.yaml" in answer.err
    assert "valid_until: 2025-11-30" in answer.err


def test_two_editions_of_one_version_are_refused(call, book: Path) -> None:
    write(book / "standards" / "a.yaml", edition(SMALL, 1, last="2025-06-30"))
    write(book / "standards" / "b.yaml", edition(SMALL, 1, first="2025-07-01"))
    answer = call("grade", "--book", book, "--standard", "small")
    assert answer.code == 1
    assert "version 1" in answer.err


def test_no_edition_in_force_names_the_spans(call, book: Path) -> None:
    write(book / "standards" / "s.yaml", edition(SMALL, 1, "2026-01-01", "2026-12-31"))
    answer = call("grade", "--book", book, "--standard", "small", *AS_OF)
    assert answer.code == 1
    assert "2026-01-01 to 2026-12-31" in answer.err
    by_file = call("grade", "--book", book, "--standard", "s.yaml", *AS_OF, "--no-report")
    assert by_file.code == 0
    assert "not on 2025-12-31" in " ".join(by_file.out.split())
    run = max((book / "lake" / "run_files").iterdir(), key=lambda path: path.stat().st_mtime)
    note = json.loads((run / "run.json").read_text(encoding="utf-8"))["standard"]["note"]
    assert "2025-12-31" in note["en"]
    assert "2025-12-31" in note["zh"]


def test_a_broken_edition_is_not_passed_over(call, editions: Path) -> None:
    broken = editions / "standards" / "small-2.yaml"
    write(broken, broken.read_text(encoding="utf-8").replace("metrics:\n", "metrics: [\n"))
    answer = call("grade", "--book", editions, "--standard", "small", "--as-of", "2025-06-30")
    assert answer.code == 1
    assert "small-2.yaml" in answer.err


# --- library, new, words, differences, schema -----------------------------------------------------


def test_the_library_is_listed(call, editions: Path) -> None:
    told = call("standard", "list", "--book", editions, "--json").json
    assert told["library"][0]["id"] == "default"
    assert {one["id"] for one in told["library"]} >= {"default", "supplier-rating"}
    assert [one["version"] for one in told["book"]] == [1, 2]
    assert told["book"][0]["valid_until"] == "2025-06-30"
    shown = call("standard", "list", "--book", editions).out
    assert "from 2025-07-01" in shown
    assert "small-2.yaml" in shown
    assert call("standard", "list", "--json").json["book"] is None


def test_a_copy_points_to_its_schema_and_stands_beside_it(call, tmp_path: Path) -> None:
    answer = call("standard", "new", "--from", "supplier-rating", "--json")
    assert answer.code == 0, answer.err
    copy = Path(answer.json["file"])
    first, _ = copy.read_text(encoding="utf-8").split("\n", 1)
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    assert json.loads((copy.parent / found[1]).read_text(encoding="utf-8"))["$defs"]
    assert call("standard", "new", copy.with_name("next.yaml"), "--from", copy).code == 0
    assert copy.with_name("next.yaml").read_text(encoding="utf-8").count("language-server") == 1


def test_words_and_document_are_two_commands(call, small: Path) -> None:
    told = call("standard", "explain", small)
    assert "a score of at least 60" in told.out
    assert "Revenue" in told.out
    assert "得分不低于 60" in call("standard", "explain", small, "--lang", "zh").out
    assert call("standard", "show", small).out == SMALL
    assert call("standard", "show", small, "--json").json["text"] == SMALL


def test_differences_are_told_in_sentences(call, small: Path, stricter: Path) -> None:
    answer = call("standard", "diff", small, stricter)
    assert answer.code == 0
    assert "Version: from 1 to 2" in answer.out
    assert "Revenue ≥ 3,000" in answer.out
    told = call("standard", "diff", small, stricter, "--json").json
    assert not told["grades_alike"]
    assert {one["part"] for one in told["changes"]} == {
        "version",
        "schemes.rating.indicators.revenue",
    }
    assert call("standard", "diff", small, small, "--json").json["changes"] == []
    assert "They say the same" in call("standard", "diff", small, small).out


def test_the_schema_is_printed(call) -> None:
    assert json.loads(call("standard", "schema").out)["$schema"].endswith("2020-12/schema")


def test_names_of_standards_are_completed(process, editions: Path) -> None:
    started = process(
        COMP_WORDS=f"kefen standard explain --book {editions} s",
        COMP_CWORD="5",
        _KEFEN_COMPLETE="bash_complete",
    )
    out, _ = started.communicate(timeout=60)
    words = {line.partition(",")[2] for line in out.decode().splitlines()}
    assert {"supplier-rating", "small", "small-1", "small-2"} <= words


def test_a_share_without_among_gives_a_reason_to_who_has_none(call, company, small: Path) -> None:
    text = SMALL[: SMALL.index("    among")] + (
        "    grade_by: share of revenue\n    grades: {A: first 80 %, B: else}\n"
    )
    path = write(small.parent / "share.yaml", text)
    told = call(
        "standard", "preview", path, "--against", path, *company.options, *AS_OF, "--json"
    ).json
    (scheme,) = told["schemes"]
    assert {one["reason"] for one in scheme["draft"] if one["grade"] is None} == {"value_unknown"}
