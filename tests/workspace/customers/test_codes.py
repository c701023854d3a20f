"""Codes of places and trades stand with their names wherever the workspace shows them."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from kefen.workspace.customers import figures
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication

NAMES = {
    "en": ("Zhejiang (330000)", "Wholesale trade (F51)"),
    "zh": ("浙江省（330000）", "批发业（F51）"),
}


@pytest.fixture
def coded(db, monkeypatch):
    """Customers have codes for region and industry; one is a prospect, one is in the pool."""
    rows = model_of(current_publication().pk)._default_manager
    rows.update(region="330000", industry="F51", status="customer")
    rows.filter(pk="C003").update(status="prospect")
    rows.filter(pk="C005").update(owner=None)
    # What was read of the run before is as it was: rows of a run do not change.
    monkeypatch.setattr(figures, "matches_of", lambda *_, **__: None)
    cache.clear()
    yield
    cache.clear()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/customers/", 2),
        ("/customers/C001/", 2),
        ("/customers/?region=330000", 1),
        ("/customers/-/filters/", 2),
        ("/prospects/", 2),
        ("/pool/", 2),
        ("/", 1),
    ],
)
def test_a_page_tells_what_codes_mean(address, shown, language, coded, signed_in):
    text = signed_in("manager", language).get(address).content.decode()
    for name in NAMES[language][:shown]:
        assert name in text, address


def test_what_is_found_tells_what_codes_mean(coded, signed_in, person):
    assert sight_of(person("manager")).customers().count()
    text = signed_in("manager", "zh").get("/customers/-/find/", {"search": "C001"}).content.decode()
    assert all(name in text for name in NAMES["zh"])
