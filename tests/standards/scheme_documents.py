"""Documents of one scheme over a few metrics, and what the reader finds in them."""

from __future__ import annotations

from textwrap import dedent, indent

from kefen.expressions.units import DAYS, MONEY
from kefen.standards.document import load_document
from kefen.standards.model import Scheme, Standard
from kefen.standards.problems import Problem
from kefen.standards.reader import _read
from kefen.standards.reading import Reading

HEAD = """\
standard: small
version: 1
name: {en: Small, zh: 小}
reasons:
  not_active: {en: not active, zh: 不活跃}
  no_class: {en: in no class, zh: 无类别}
metrics:
  revenue: {sum: orders.amount, unit: money, name: {en: Revenue, zh: 销售额}}
  orders: {count: purchases, name: {en: Orders, zh: 次数}}
  rate: {value: orders / 12, unit: share, name: {en: Rate, zh: 比率}}
  country: {value: customers.country, name: {en: Country, zh: 国家}}
  industry: {value: customers.industry, name: {en: Industry, zh: 行业}}
  silent: {value: "days_between(as_of, as_of)", unit: days, name: {en: Silent, zh: 静默}}
schemes:
"""
SCHEME = "  s:\n    name: {en: S, zh: 方}\n"


def document_of(body: str) -> str:
    """Return a document whose scheme `s` has `body`, written without indent."""
    return HEAD + SCHEME + indent(dedent(body).strip("\n"), "    ") + "\n"


def read(text: str) -> tuple[Standard, tuple[Problem, ...]]:
    """Return what a document says and what the reading alone finds, before it is checked."""
    reading = Reading("small.yaml")
    reading.units |= {"revenue": MONEY, "silent": DAYS}
    standard = _read(reading, load_document(text, "small.yaml"), text, "small.yaml")
    return standard, tuple(reading.problems)


def scheme_of(body: str) -> Scheme:
    """Return the scheme that `body` says; there must be nothing wrong with it."""
    standard, problems = read(document_of(body))
    assert problems == (), [(str(p.place), p.what.en) for p in problems]
    return standard.schemes["s"]


def problems_of(body: str) -> tuple[Problem, ...]:
    """Return what is wrong with `body`; every text is there in both languages."""
    standard, problems = read(document_of(body))
    if not any(p.severity == "error" for p in problems):
        assert "s" in standard.schemes
    for problem in problems:
        for text in (problem.what, problem.mend):
            assert text.en.strip()
            assert text.zh.strip()
            assert text.en != text.zh
    return problems


def told(body: str, says: str, at: str, mend: str = "") -> Problem:
    """Check that one problem says `says` at the first place of `at` in the scheme; return it.

    Args:
        body: The scheme.
        says: Words of what is wrong.
        at: The words in the body whose first character is the place.
        mend: Words of the mend.
    """
    text = document_of(body)
    found = [p for p in problems_of(body) if says in p.what.en]
    everything = [(p.place.line, p.place.column, p.what.en) for p in problems_of(body)]
    assert len(found) == 1, everything
    start = text.index(at, len(HEAD))
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    assert (found[0].place.line, found[0].place.column) == (line, column), everything
    assert mend in found[0].mend.en, found[0].mend.en
    return found[0]
