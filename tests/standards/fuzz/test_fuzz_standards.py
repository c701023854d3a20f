"""Whatever a standard says, it is refused at a place in it, or grades; and never runs anything.

KEFEN_FUZZ_EXAMPLES sets how many examples each property gets, for a longer run; those that grade
get a tenth of it.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from generated_standards import AS_OF, company_of, standard_of, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from probing import _canonical, _dataset, probe
from standard_reading import flagged_by_schema, seen_through

from kefen.domain.errors import KefenError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.reports.build import build_report
from kefen.reports.excel import write_excel
from kefen.reports.html import render_html
from kefen.standards.reader import bundled_names, bundled_text, read_standard

SHORTLY = 30
EXAMPLES = int(os.environ.get("KEFEN_FUZZ_EXAMPLES", str(SHORTLY)))
FUZZED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
GRADED = settings(FUZZED, max_examples=max(EXAMPLES // 10, 1))
SEEDS = st.integers(0, 2**32)
DOCS = Path(__file__).parents[3] / "docs"

# --- from a grammar -------------------------------------------------------------------------


@FUZZED
@given(SEEDS)
def test_a_standard_of_the_grammar_is_seen_through(seed: int) -> None:
    text = written(standard_of(seed), seed)
    if seen_through(text) is not None:
        assert flagged_by_schema(text) == [], "the schema flags what the reader takes"


def test_most_standards_of_the_grammar_are_read() -> None:
    read = [s for s in range(12) if seen_through(written(standard_of(s), s)) is not None]
    assert len(read) >= 6


@GRADED
@given(SEEDS)
def test_what_is_read_grades_alike_in_both_evaluators(seed: int) -> None:
    text = written(standard_of(seed), seed)
    standard = seen_through(text)
    if standard is None:
        return
    data = company_of(seed)
    found = probe(text, AS_OF, data.pop("customers"), **data)
    for verdicts in found.verdicts.values():
        for verdict in verdicts.values():
            assert (verdict.grade is None) != (verdict.reason is None)


# --- mutated --------------------------------------------------------------------------------


def _documents() -> list[str]:
    """Return the standards of the package and those shown in the documentation."""
    found = [bundled_text(name) for name in bundled_names()]
    for page in sorted(DOCS.rglob("*.md")):
        blocks = re.findall(r"^```yaml[^\n]*\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
        found += [block for block in blocks if re.search(r"^standard:", block, re.M)]
    return sorted(set(found), key=len)


DOCUMENTS = _documents()
SHORT = [text for text in DOCUMENTS if len(text) < 6_000]
STRANGE = (
    *("\t", "\x00", "\ufeff", "\r", "\r\n", "\n", " ", "  ", "\x07", "\x1b[31m", "\x85", "\u2028"),
    *("\u202e", "\u200b", "\ud7ff", "\U0001f600", "：", "，", "“", "”", "［", "｛", "＞＝", "％"),
    *("[", "]", "{", "}", "(", ")", "'", '"', ":", ": ", "- ", ", ", "#", "&a ", "*a", "!", "|\n"),
    *("!!python/object/apply:os.system ['true']", "!!binary aGk=", "!include x", "<<: ", "? "),
    *(
        "&a [*a]",
        "%YAML 1.1\n",
        "---\n",
        "...\n",
        "~",
        "null",
        "true",
        "yes",
        ".inf",
        ".nan",
        "0x1f",
    ),
    *(
        "-1",
        "0",
        "1e999",
        "9" * 14,
        "9" * 60,
        "9" * 5_000,
        "0.00001",
        "1 wan",
        "12:30:45",
        "2025-02-30",
    ),
    *("select", "from", "order", "group", "where", "class", "None", "lambda", "__import__('os')"),
    *("__class__", "as_of", "points", "score", "value", "else", "unknown", "not", "customers.x"),
    *("'; DROP TABLE orders; --", "read_csv('x')", "{0.__class__}", "{x}", "%s", "$(true)", "=1+1"),
    *("../../etc/passwd", "last 9999 years", "first 0 %", "[5, 1]", "standard", "schemes:"),
)


@FUZZED
@given(SEEDS)
def test_a_mutated_standard_is_seen_through(seed: int) -> None:
    dice = random.Random(seed)
    text = dice.choice(DOCUMENTS if dice.random() < 0.1 else SHORT)
    for _ in range(dice.randint(1, 4)):
        text = _mutated(dice, text)
    seen_through(text)


def _mutated(dice: random.Random, text: str) -> str:
    """Return a document with one thing changed in it."""
    lines = text.split("\n")
    at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    way = dice.randrange(9)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines[at:at] = lines[at : at + dice.randint(1, 6)]
    elif way == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif way == 3:
        lines[at] = " " * dice.randint(0, 12) + lines[at].lstrip()
    elif way == 4:
        return text.replace(*dice.choice((("\n", "\r\n"), (" ", "\t"), (":", "："), ('"', "'"))))
    elif way == 5:
        return _one_replaced(dice, text, r"\d[\d.]*")
    elif way == 6:
        return _one_replaced(dice, text, r"[\w.]+")
    elif way == 7:
        place = dice.randrange(len(text) + 1)
        return text[:place] + dice.choice(STRANGE) + text[place:]
    else:
        start = dice.randrange(len(text) + 1)
        return text[:start] + text[start + dice.randint(1, 40) :]
    return "\n".join(lines)


def _one_replaced(dice: random.Random, text: str, pattern: str) -> str:
    found = list(re.finditer(pattern, text))
    if not found:
        return text
    chosen, other = dice.choice(found), dice.choice(found)
    new = dice.choice((*STRANGE, *[other[0]] * 40))
    return text[: chosen.start()] + new + text[chosen.end() :]


@FUZZED
@given(st.text(st.characters(exclude_categories=[]), max_size=60), SEEDS)
def test_any_text_in_a_place_of_a_standard_is_seen_through(given_text: str, seed: int) -> None:
    dice = random.Random(seed)
    text = dice.choice(SHORT)
    values = list(re.finditer(r"(?<=[:\[,{] )[^\n,\]}]+", text)) or list(re.finditer(r".", text))
    chosen = dice.choice(values)
    seen_through(text[: chosen.start()] + given_text + text[chosen.end() :])


# --- grown ----------------------------------------------------------------------------------

HEAD = "standard: x\nversion: 1\nname: {en: X, zh: 名}\n"
A = "metrics:\n  a: {count: purchases}\n"
S = "schemes:\n  s: {score: a, grade_by: score, grades: {A: '>= 1', B: else}}\n"
GROWN: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "[" * n,
    "braces": lambda n: "{a: " * n,
    "dashes": lambda n: "- " * n,
    "steps": lambda n: "\n".join(" " * i + "a:" for i in range(min(n, 700))),
    "aliases": lambda n: (
        "a0: &a0 [x, x]\n"
        + "".join(f"a{i + 1}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(n // 20))
    ),
    "own alias": lambda n: "a: &a [*a]\n" * min(n, 1),
    "merges": lambda n: "a: &a {x: 1}\n" + "".join(f"b{i}: {{<<: *a}}\n" for i in range(n // 10)),
    "keys": lambda n: HEAD + A + S + "".join(f"k{i}: 1\n" for i in range(n // 6)),
    "one key": lambda n: HEAD + A + S + "? '" + "k" * n + "'\n: 1\n",
    "metrics": lambda n: (
        HEAD + A + "".join(f"  m{i}: {{count: orders}}\n" for i in range(n // 20)) + S
    ),
    "chain": lambda n: (
        HEAD
        + "metrics:\n  a: {count: purchases}\n  m0: {value: a}\n"
        + "".join(f"  m{i + 1}: {{value: m{i} + 1}}\n" for i in range(n // 25))
        + S
    ),
    "circles": lambda n: (
        HEAD + A + "".join(f"  m{i}: {{value: m{i ^ 1} + 1}}\n" for i in range(n // 25)) + S
    ),
    "unknown names": lambda n: (
        HEAD + A + "".join(f"  m{i}: {{value: q{i}z}}\n" for i in range(n // 20)) + S
    ),
    "schemes": lambda n: (
        HEAD
        + A
        + S
        + "".join(
            f"  s{i}: {{grade_by: conditions, grades: {{A: a > 1, B: else}}}}\n"
            for i in range(n // 60)
        )
    ),
    "schemes in a chain": lambda n: (
        HEAD
        + A
        + S
        + "".join(
            f"  s{i}: {{score: s{i - 1 if i else ''}.score + 1, grade_by: score, "
            "grades: {A: '>= 1', B: else}}\n"
            for i in range(n // 60)
        )
    ),
    "bands": lambda n: (
        HEAD
        + A
        + "schemes:\n  s:\n    indicators:\n      a:\n"
        + "".join(f"        - '>= {n - i}: {i}'\n" for i in range(n // 25))
        + "    grade_by: score\n    grades: {A: '>= 1', B: else}\n"
    ),
    "colons": lambda n: HEAD + A + '  b: {value: a, bands: ["' + ":  '" * (n // 4) + '"]}\n' + S,
    "words": lambda n: HEAD + A + "  b: {value: a" + " a" * (n // 2) + "}\n" + S,
    "quotes": lambda n: HEAD + A + '  b: {count: orders, where: "' + "'" * n + '"}\n' + S,
    "one of": lambda n: (
        HEAD
        + A
        + "  b: {judged: x, one_of: ["
        + ", ".join(f"w{i}" for i in range(n // 8))
        + "]}\n"
        + S
    ),
    "digits": lambda n: HEAD + A + S.replace("1", "1" * n),
    "version": lambda n: f"standard: x\nversion: {'9' * n}\n" + A + S,
    "cells": lambda n: (
        HEAD
        + A
        + "schemes:\n  s:\n    indicators: {R: {value: a, fifths: higher is better}}\n"
        + "    grade_by: grid of R and R\n    grades: {A: {when: ['R 1-"
        + "9" * n
        + ", R 1']}}\n"
    ),
    "blanks": lambda n: "a:" + " " * n + "x\n",
    "lines": lambda n: "a: x" + "\n" * n,
    "name": lambda n: HEAD.replace("名", "名" + " 字" * (n // 2)) + A + S,
}


@pytest.mark.parametrize("kind", GROWN)
def test_what_grows_is_read_or_refused_in_time(kind: str) -> None:
    for length in (300, 20_000):
        seen_through(GROWN[kind](length))


def test_a_document_of_any_size_is_refused_at_once() -> None:
    for kind in ("brackets", "steps", "aliases", "keys", "words", "lines"):
        seen_through(GROWN[kind](2_000_000))


# --- hostile --------------------------------------------------------------------------------

HOSTILE = (
    "'; DROP TABLE orders; --",
    '"; ATTACH x; --',
    "' UNION SELECT getenv('PATH') --",
    "read_text('/etc/passwd')",
    "{0.__class__.__init__.__globals__}",
    "{x} {{y}} {",
    "%s %(x)s %n",
    "__import__('os').system('true')",
    "${jndi:ldap://x} $(true) `true`",
    '=HYPERLINK("http://x","y")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[a](javascript:alert(1)) **b** [red]c[/red]",
    "{{ 7*7 }} {% raw %}",
    "../../etc/passwd",
    "\u202egnp.exe \u200b",
    "-- comment /* */ ;",
    "select",
)


def _hostile_document(words: str) -> dict[str, object]:
    """Return a standard that holds the words wherever it takes a text."""
    quoted = "'" + words.replace("'", "''") + "'"
    both = {"en": words, "zh": words}
    return {
        "standard": "hostile",
        "version": 1,
        "name": both,
        "description": both,
        "reasons": {"not_active": both},
        "metrics": {
            "revenue": {"sum": "orders.amount", "unit": "money", "name": both, "description": both},
            "those": {
                "count": "orders",
                "where": f"orders.channel = {quoted} or contains(orders.category, {quoted})",
                "name": both,
            },
            "said": {"judged": words, "by": words, "one_of": [words, "other"], "name": both},
            "band": {"value": "revenue", "bands": [f">= 1: {quoted}", "else: 'no'"], "name": both},
            "region": {"value": "customers.region", "name": both},
            "text": {"value": f"joined('-', {quoted}, region)", "name": both},
        },
        "schemes": {
            "s": {
                "name": both,
                "question": both,
                "rationale": both,
                "among": "revenue >= 0",
                "otherwise": "not_active",
                "within": "region",
                "learn": {"common": {"most_common": "said", "name": both}},
                "indicators": {
                    "said": {"bands": [f"= {quoted}: 5", "unknown: 1", "else: 2"], "name": both},
                    "region": {
                        "by": "band",
                        "bands": {
                            words: [f"in ({quoted}, 'b'): 3", "else: 1"],
                            "else": ["else: 0"],
                        },
                        "if_unknown": "zero",
                        "name": both,
                    },
                },
                "grade_by": "score",
                "grades": {
                    "A": {"when": ">= 6", "name": both, "advice": both},
                    "B": {"when": "else", "name": both, "advice": both},
                },
                "rules": {"r": {"when": f"band = {quoted}", "at_most": "B", "name": both}},
                "tags": {"t": {"when": f"common = {quoted}", "name": both}},
                "terms": {
                    "limit": {"unit": "money", "else": "revenue * 10 %", "name": both},
                    "how": {"unit": "text", "else": both, "name": both},
                },
                "review": {"else": "6 months"},
                "approval": {"else": [words, "board"]},
            },
            "v": {"name": both, "grade_by": "value of text"},
        },
    }


def _hostile_rows(words: str) -> dict[str, list[dict[str, object]]]:
    day = "2025-06-01"
    return {
        "customers": [
            {"customer_id": words, "name": words, "region": words},
            {"customer_id": "c2", "name": "B", "region": "b"},
        ],
        "orders": [
            {"customer_id": c, "ordered_at": f"{day} 10:00:00", "amount": 10, "channel": words}
            | {"category": words}
            for c in (words, "c2", "c2")
        ],
        "assessments": [
            {"customer_id": c, "item": words, "value": words, "assessed_on": day, "role": words}
            for c in (words, "c2")
        ],
    }


GRADED_WORDS = HOSTILE if EXAMPLES > SHORTLY else HOSTILE[::4]


@pytest.mark.parametrize("words", GRADED_WORDS)
def test_hostile_words_are_words(words: str) -> None:
    text = written(_hostile_document(words), 0)
    assert seen_through(text) is not None
    data = _hostile_rows(words)
    found = probe(text, AS_OF, data.pop("customers"), **data)
    for customer in (words, "c2"):
        verdict = found.verdicts[customer]["s"]
        assert found.metrics[customer]["those"] == (1 if customer == words else 2)
        assert found.metrics[customer]["said"] == words
        assert found.metrics[customer]["band"] == words
        assert verdict.grade == "B"
        assert verdict.tags == {"t"}


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning:openpyxl")
@pytest.mark.filterwarnings("error:Unknown worksheet:UserWarning")
@pytest.mark.parametrize(
    "words",
    [
        "=1+1!A0 <script>alert(1)</script>",
        "@SUM(1)*cmd|' /C calc'!A0 \"><img src=x onerror=alert(1)> [a](javascript:alert(1))",
    ],
)
def test_hostile_words_reach_no_browser_and_no_spreadsheet(words: str, tmp_path: Path) -> None:
    standard = read_standard(written(_hostile_document(words), 0), "hostile.yaml")
    company = {name: _canonical(name, rows) for name, rows in _hostile_rows(words).items()}
    with DuckDBEngine() as engine:
        report = build_report(grade(_dataset(engine, company), standard, AS_OF))
    for language in ("en", "zh"):
        page = render_html(report, language)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page
        assert 'href="http://x' not in page
        path = tmp_path / f"{language}.xlsx"
        write_excel(report, path, language)
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.hyperlink is None
                    assert cell.data_type != "f" or words[:8] not in str(cell.value)


_PLACES = (
    ("standard: x", "standard: {}"),
    ("  a: {count", "  {}: {count"),
    ("purchases", "{}"),
    ("schemes:\n  s:", "schemes:\n  {}:"),
    ("grade_by: score", "grade_by: {}"),
    ("A: '>= 1'", "{}: '>= 1'"),
    ("'>= 1'", "{}"),
    ("score: a", "score: {}"),
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_where_names_stand_are_refused(words: str) -> None:
    for place, new in _PLACES:
        for quoted in (words, "'" + words.replace("'", "''") + "'"):
            text = HEAD + A + S
            assert place in text
            standard = seen_through(text.replace(place, new.replace("{}", quoted), 1))
            if standard is None:
                continue
            # A grade may be called anything; everything else by a plain word.
            assert words == "select" or standard.schemes["s"].grades[0].id == words


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch {0}']",
        "!!python/object/new:subprocess.Popen [[touch, '{0}']]",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/object/apply:builtins.open ['{0}', 'w']",
        "!!binary aGk=",
        "!env PATH",
        "!include {0}",
        "!<tag:yaml.org,2002:python/tuple> [1]",
        "!!set {{a, b}}",
        "!!omap [a: 1]",
    ],
)
@pytest.mark.parametrize("place", ["name: {en: X, zh: 名}", "a: {count: purchases}", "'>= 1'"])
def test_a_tag_runs_nothing(tag: str, place: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    text = HEAD + A + S
    key = place.partition(": ")[0] + ": " if place.startswith(("name", "a:")) else ""
    assert seen_through(text.replace(place, key + tag.format(made), 1)) is None
    assert not made.exists()


def test_an_engine_that_grades_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("customer_id\nc1\n", encoding="utf-8")
    for formula in (f"read_text('{secret}')", f"'{secret}'.csv", f"customers.'{secret}'"):
        text = HEAD + A + f'  b: {{value: "{formula}"}}\n' + S
        assert seen_through(text) is None


@pytest.mark.parametrize("escape", ["\\0", "\\a", "\\e", "\\ud800", "\\uffff", "\\x7f"])
def test_an_escape_that_no_file_can_hold_is_refused(escape: str) -> None:
    for place, new in (("en: X", f'en: "{escape}"'), ("{A:", f'{{"A{escape}":')):
        assert seen_through((HEAD + A + S).replace(place, new, 1)) is None
    text = HEAD + A + f"  b: {{count: orders, where: \"orders.channel = '{escape}'\"}}\n" + S
    assert seen_through(text) is None


def test_errors_are_of_the_standard_alone() -> None:
    with pytest.raises(KefenError):
        read_standard("\x00", "made-up.yaml")
