"""Every problem of a standard is found, at its place, with a mend, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefen.domain.errors import CallError, StandardError
from kefen.standards.problems import StandardProblemsError
from kefen.standards.reader import bundled_text, examine_standard, load_standard, read_standard

DOCUMENT = """\
standard: small
version: 1
name: {en: Small, zh: 小}
window: last 12 months
confidence: {small_population: 50, coverage: 50 %}
reasons:
  none: {en: none, zh: 无}
metrics:
  revenue: {sum: orders.amount, name: {en: Revenue, zh: 销售额}}
  orders: {count: purchases, over: last 6 months, name: {en: Orders, zh: 次数}}
  country: {value: customers.country, name: {en: Country, zh: 国家}}
  lead: {leading: orders.category, by: orders.amount, name: {en: L, zh: 类}}
  monthly: {sum: orders.amount, per: month, name: {en: M, zh: 月}}
  best: {sum: orders.amount, each: month, take: largest, name: {en: B, zh: 佳}}
  late: {count: receivables, dated: due_on, name: {en: Late, zh: 迟}}
schemes:
  sums:
    name: {en: Points, zh: 分}
    among: orders > 0
    otherwise: none
    groups:
      value:
        name: {en: Value, zh: 值}
        weight: 10
        indicators:
          revenue: {name: {en: R, zh: 额}, value: revenue, weight: 10, position: higher is better}
    indicators:
      orders: {name: {en: O, zh: 次}, value: orders, bands: [">= 5: 10", "else: 0"]}
    grade_by: score
    grades:
      A: {when: ">= 15", name: {en: A, zh: 甲}, strategy: keep, tone: A}
      B: {when: ">= 5", name: {en: B, zh: 乙}}
      C: {when: else, name: {en: C, zh: 丙}}
  share:
    name: {en: Share, zh: 份}
    among: revenue > 0
    otherwise: none
    grade_by: share of revenue
    grades:
      X: {when: first 80 %, name: {en: X, zh: 上}}
      Y: {when: else, name: {en: Y, zh: 下}}
  grid:
    name: {en: Grid, zh: 格}
    indicators:
      R: {name: {en: R, zh: 近}, value: orders, halves: lower is better}
      F: {name: {en: F, zh: 频}, value: revenue, halves: higher is better}
    score_text: points
    grade_by: grid of R and F
    grades:
      G: {when: ["R 1-2, F 2"], name: {en: G, zh: 好}}
      H: {when: ["R 1, F 1", "R 2, F 1"], name: {en: H, zh: 差}}
  home:
    name: {en: Home, zh: 本国}
    learn:
      here: {most_common: country, name: {en: Home country, zh: 本国}}
    grade_by: conditions
    grades:
      in: {when: country = here and sums = 'A', name: {en: In, zh: 内}}
      out: {when: else, name: {en: Out, zh: 外}}
  trade:
    name: {en: Trade, zh: 行业}
    grade_by: value of country
    advice: {en: Sell, zh: 卖}
"""


def test_the_document_that_is_broken_below_is_whole() -> None:
    standard, problems = examine_standard(DOCUMENT, "small.yaml")
    assert standard is not None
    assert [problem for problem in problems if problem.severity != "note"] == []


# What is replaced, what it becomes, and what the message must say.
CHANGES = [
    ("standard: small\n", "", "lacks “standard”"),
    ("standard: small", "standard: 5 %", "cannot name a standard"),
    ("version: 1", "version: one", "is not a whole number"),
    ("version: 1", "version: [1]", "needs a single value"),
    ("version: 1", "version:", "needs a single value"),
    ("name: {en: Small, zh: 小}\n", "", "lacks “name”"),
    ("name: {en: Small, zh: 小}", "name: {en: Small}", "both languages"),
    ("name: {en: Small, zh: 小}", "name: Small", "both languages"),
    ("name: {en: Small, zh: 小}", "name: {en: Small, zh: ''}", "both languages"),
    ("window: last 12 months", "window: last dozen months", "not a window"),
    ("window: last 12 months", "window: last 0 months", "not a window"),
    ("window: last 12 months", "window: last 9999 years", "not a window"),
    ("window: last 12 months", "windows: last 12 months", "has no “windows”"),
    ("small_population: 50", "small_populaton: 50", "has no “small_populaton”"),
    ("coverage: 50 %", "coverage: half", "is not a number"),
    ("confidence: {small_population: 50, coverage: 50 %}", "confidence: 50", "needs named values"),
    ("metrics:\n", "metric:\n", "lacks “metrics”"),
    ("  revenue: {sum", "  1revenue: {sum", "cannot name a metric"),
    ("  monthly: {sum", "  as_of: {sum", "cannot name a metric"),
    ("  monthly: {sum", "  known: {sum", "cannot name a metric"),
    ("  monthly: {sum", "  Revenue: {sum", "one name to the engine"),
    ("  late: {count: receivables", "  late: 5\n  x: {count: receivables", "needs named values"),
    ("{sum: orders.amount, name", "{sum: orders.amount, count: orders, name", "exactly one of"),
    ("{sum: orders.amount, name", "{name", "exactly one of"),
    ("{sum: orders.amount, name", "{sum: amount, name", "columns of one fact table"),
    ("{sum: orders.amount, name", "{sum: customers.country, name", "columns of one fact table"),
    ("{sum: orders.amount, name", "{sum: orders.amount - cases.kind, name", "one fact table"),
    ("{sum: orders.amount, name", "{sum: orders.amont, name", "is not known here"),
    ("{sum: orders.amount, name", "{sum: orders.category, name", "this gives text"),
    ("{sum: orders.amount, name", "{sum: orders.amount +, name", "ends too early"),
    ("{sum: orders.amount, name", "{sum: orders.amount, wher: 1, name", "has no “wher”"),
    ("{sum: orders.amount, name", "{sum: orders.amount, where: orders.amount, name", "this gives"),
    ("{sum: orders.amount, name", "{sum: orders.amount, unit: euros, name", "not possible for"),
    ("count: purchases", "count: purchase", "not possible for"),
    (", by: orders.amount,", ",", "belong together"),
    ("{sum: orders.amount, per", "{sum: orders.amount, by: orders.cost, per", "belong together"),
    ("per: month", "per: year", "not possible for"),
    ("per: month", "per: month, over: last 90 days", "needs a sum or count"),
    (", take: largest", "", "belong together"),
    ("take: largest", "take: biggest", "not possible for"),
    ("{sum: orders.amount, each", "{earliest: orders.ordered_at, each", "goes with sum"),
    ("dated: due_on", "dated: paid_on", "is not a date of receivables"),
    ("{value: customers.country", "{value: nothing + 1", "is not known here"),
    ("{value: customers.country", "{value: country2", "is not known here"),
    (
        "  country: {value: customers.country",
        "  other: {value: country, name: {en: O, zh: 其}}\n  country: {value: other",
        "need each other",
    ),
    ("  sums:\n", "  sums 2:\n", "cannot name a scheme"),
    ("  sums:\n", "  points:\n", "cannot name a scheme"),
    ("  trade:\n", "  Sums:\n", "one name to the engine"),
    ("  trade:\n", "  unknown:\n", "cannot name a scheme"),
    ("among: orders > 0", "among: orders", "this gives whole number"),
    ("among: orders > 0", "amongst: orders > 0", "has no “amongst”"),
    ("    otherwise: none\n    groups", "    groups", "lacks “otherwise”"),
    ("    otherwise: none\n    groups", "    otherwise: nobody\n    groups", "there is no reason"),
    ("weight: 10\n", "weight: 11\n", "add up to 10, not to the stated 11"),
    ("value: revenue, weight: 10,", "value: revenue,", "give a part of a “weight”"),
    ("value: revenue, weight: 10,", "value: revenue, weight: 0,", "is above zero"),
    ("value: revenue, weight: 10, position", "value: revenue, weight: x, position", "not a number"),
    ("position: higher is better", "position: more is better", "not possible for"),
    ("position: higher is better", "position: higher is better, bands: ['else: 1']", "exactly one"),
    ("      orders: {name", "      Revenue: {name", "one name to the engine"),
    ("      orders: {name", "      x: 5\n      orders: {name", "needs named values"),
    ("    indicators:\n      orders", "      h: 5\n    indicators:\n      orders", "named values"),
    ('">= 5: 10"', '">= 5: lots"', "is not a number"),
    ('">= 5: 10"', '"+ 5: 10"', "does not say what"),
    ('">= 5: 10"', '"else: 10"', "never reached"),
    ('bands: [">= 5: 10", "else: 0"]', "bands: [[1]]", "is not a band"),
    ("grade_by: score", "grade_by: magic", "no way to grade"),
    ("    grade_by: score\n", "", "lacks “grade_by”"),
    ('when: ">= 15"', 'when: "~ 15"', "not a line of a score"),
    ('when: ">= 5", name', 'when: ">= 15", name', "can never be reached"),
    ("{when: else, name: {en: C, zh: 丙}}", "{when: '>= 1', name: {en: C, zh: 丙}}", "else"),
    ("strategy: keep", "strategy: spoil", "not possible for"),
    ("tone: A", "tone: Z", "not possible for"),
    ("      A: {when: ", "      A: 5\n      AA: {when: ", "not a line of a score"),
    ("grade_by: share of revenue", "grade_by: share of country", "this gives text"),
    ("when: first 80 %", "when: first 100 %", "not a share"),
    ("when: first 80 %", "when: first 0 %", "not a share"),
    ("when: first 80 %", "when: top 80 %", "not a share"),
    ("grade_by: grid of R and F", "grade_by: grid of R and M", "no indicator with whole points"),
    ('"R 1-2, F 2"', '"R 1, F 2"', "has no grade"),
    ('"R 1-2, F 2"', '"R 1-3, F 2"', "there is no cell"),
    ('"R 1-2, F 2"', '"R 1-99999999999, F 1-99999999999"', "there is no cell"),
    ('"R 1-2, F 2"', '"R 1-2, F 1-2"', "belongs to"),
    ('"R 1-2, F 2"', '"F 1-2"', "is not a cell"),
    ('when: ["R 1-2, F 2"], ', "", "lacks “when”"),
    ("most_common: country", "commonest: country", "exactly one way"),
    ("      here: {", "      revenue: {", "cannot name a learned value"),
    ("when: country = here and sums = 'A'", "when: country", "this gives text"),
    ("when: country = here and sums = 'A'", "when: home = 'in'", "is not known here"),
    ("among: orders > 0", "among: home = 'in'", "need each other"),
    ("grade_by: value of country", "grade_by: value of revenue", "this gives"),
]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    CHANGES,
    ids=lambda text: text.strip()[:40] if isinstance(text, str) else None,
)
def test_a_problem_is_found_where_it_is(old: str, new: str, says: str) -> None:
    assert old in DOCUMENT
    broken = DOCUMENT.replace(old, new, 1)
    standard, problems = examine_standard(broken, "small.yaml")
    assert standard is None
    found = [problem for problem in problems if says in problem.what.en]
    assert found, [problem.what.en for problem in problems]
    changed_from = DOCUMENT[: DOCUMENT.index(old)].count("\n") + 1
    for problem in problems:
        for text in (problem.what, problem.mend):
            assert text.en.strip()
            assert text.zh.strip()
            assert "{" not in text.en.replace("{en: ..., zh: ...}", "")
        assert 1 <= problem.place.line <= broken.count("\n") + 1
        assert problem.place.column >= 1
    # The place is the value's own, or what encloses it when something is lacking.
    # Two grades that claim one cell are told at the second.
    assert any(problem.place.line <= changed_from + new.count("\n") + 1 for problem in found)
    with pytest.raises(StandardProblemsError) as caught:
        read_standard(broken, "small.yaml")
    assert caught.value.where.startswith("small.yaml:")
    assert caught.value.exit_code == 1


def test_an_error_inside_an_expression_points_at_the_word() -> None:
    broken = DOCUMENT.replace("country = here", "country = hera")
    _, problems = examine_standard(broken, "small.yaml")
    line = next(n for n, text in enumerate(broken.splitlines(), 1) if "hera" in text)
    assert [(p.place.line, p.place.column) for p in problems] == [
        (line, broken.splitlines()[line - 1].index("hera") + 1)
    ]
    assert "here" in problems[0].mend.en


# --- documents that are no standard at all --------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("", "t.yaml", "empty"),
        ("# nothing\n", "t.yaml", "empty"),
        ("- 1\n", "t.yaml:1:1", "names and values"),
        ("just words", "t.yaml:1:1", "names and values"),
        ("a: [1\n", "t.yaml:2:1", "not YAML"),
        ("a: b: c", "t.yaml:1:5", "not YAML"),
        ("a:\n\tb: c", "t.yaml:2:1", "not YAML"),
        ("a: *b", "t.yaml:1:4", "not YAML"),
        ("a: 1\n---\nb: 2\n", "t.yaml:2:1", "not YAML"),
        ("a: \x00", "t.yaml", "not YAML"),
        ("standard: !!python/object/apply:os.system [ls]", "t.yaml:1:11", "not allowed"),
        ("x: !!python/name:os.system", "t.yaml:1:4", "not allowed"),
        ("x: !custom 5", "t.yaml:1:4", "not allowed"),
        ("x: !!binary aGk=", "t.yaml:1:4", "not allowed"),
        ("a: 1\nb: 2\na: 3", "t.yaml:3:1", "twice"),
        ("m: {a: 1, a: 2}", "t.yaml:1:11", "twice"),
        ("? [a]\n: 1", "t.yaml:1:3", "plain text"),
        ("x: &a [*a]", "t.yaml", "nested"),
        ("x: &a {y: *a}", "t.yaml", "nested"),
        ("x: " + "[" * 60 + "]" * 60, "t.yaml", "nested"),
        ("[" * 100_000, "t.yaml", "nested"),
        (BOMB, "t.yaml", "grows past"),
        ("x: y\n" * 400_000, "t.yaml", "longer than"),
        ("# " + "x" * 10_000_000, "t.yaml", "longer than"),
    ],
    ids=lambda text: repr(text[:24]) if isinstance(text, str) else None,
)
def test_hostile_documents_are_refused_in_words(text: str, where: str, says: str) -> None:
    with pytest.raises(StandardError) as caught:
        examine_standard(text, "t.yaml")
    assert says in caught.value.what.en
    assert caught.value.where.startswith(where)
    assert caught.value.mend.zh


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "standard.yaml"
    with pytest.raises(CallError):
        load_standard(path)
    with pytest.raises(CallError):
        load_standard(tmp_path)
    path.write_bytes(bundled_text("default").encode("gb18030"))
    with pytest.raises(StandardError, match="UTF-8"):
        load_standard(path)
    path.write_bytes(b"\xef\xbb\xbf" + bundled_text("default").encode())
    assert load_standard(path).id == "default"
