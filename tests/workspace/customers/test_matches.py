"""Lists found in columns: the same customers in the same order as the database finds."""

from __future__ import annotations

import pytest
from django.db.models import F, Q
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefen.workspace.accounts.models import User
from kefen.workspace.customers import matches, queries
from kefen.workspace.customers.matches import matches_of, met_in
from kefen.workspace.customers.queries import customer_list, matching, sight_of
from kefen.workspace.records.entering import Change, enter
from kefen.workspace.records.models import Archived, EditKind
from kefen.workspace.runs import columns as in_columns
from kefen.workspace.runs.columns import columns_of
from kefen.workspace.runs.models import ColumnPart, EditedRow
from kefen.workspace.runs.published import put_row

FILTERS = (
    *("region=East", "region=-", "region=East&region=West", "region=Nowhere", "owner=Ann"),
    *("grade_abc=A", "grade_abc=A&grade_abc=-", "grade_rfm=-", "grade_tier=-", "before_abc=B"),
    *("move_abc=up", "move_abc=down", "move_abc=any", "move_region=any", "search=1", "search=c01"),
    *("metric_revenue.min=400", "metric_revenue.max=700.25", "metric_orders.min=1.5"),
    *("metric_last_purchase_on.max=2026-09-01", "created_on.min=2024-01-02", "alerts=any"),
    *("search=nobody", "search=13900001234", "created_on=-"),
)
SORTS = ("", "metric_revenue", "-metric_revenue", "grade_abc", "-grade_abc", "-score_abc", "name")
SORTS += ("-metric_last_purchase_on", "region", "-owner")


def pages(sight, query):
    found, after, counts = [], "", set()
    while True:
        asked = QueryDict(query, mutable=True)
        asked["after"] = after
        one = customer_list(sight, asked)
        counts.add((one.counted, one.more))
        found += [row.customer_id for row in one.page.rows]
        if one.page.after is None:
            assert len(counts) == 1
            return found, counts.pop()
        after = one.page.after


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr("kefen.workspace.customers.paging.ON_A_PAGE", 9)
    monkeypatch.setattr("kefen.workspace.customers.matches.ON_A_PAGE", 9)


def both(sight, query, monkeypatch):
    """What the list holds as columns find it, and as the database does."""
    found = pages(sight, query)
    with monkeypatch.context() as patched:
        patched.setattr(queries, "matches_of", lambda *_: None)
        return found, pages(sight, query)


@pytest.mark.parametrize("role", ["manager", "account_manager", "service_agent"])
@pytest.mark.parametrize("sort", SORTS)
def test_lists_are_the_same_with_and_without_columns(role, sort, person, small_pages, monkeypatch):
    sight = sight_of(person(role))
    Archived.objects.create(customer_id="C004", reason="gone", by=person(role))
    for query in FILTERS:
        found, wanted = both(sight, f"{query}&sort={sort}", monkeypatch)
        assert found == wanted, query


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sets(st.sampled_from(FILTERS), max_size=4), st.sampled_from(SORTS), st.integers(0, 40))
def test_so_are_lists_of_several_filters(db, small_pages, monkeypatch, filters, sort, cap):
    for module in ("paging", "queries"):
        monkeypatch.setattr(f"kefen.workspace.customers.{module}.CAP", cap)
    sight = sight_of(User.objects.get(username="account_manager"))
    found, wanted = both(sight, "&".join((*sorted(filters), f"sort={sort}")), monkeypatch)
    assert found == wanted


def test_what_people_enter_is_found_as_it_is_now(person, small_pages, monkeypatch, run_ids):
    sight, actor = sight_of(person("manager")), person("administrator")
    changed = [Change("C001", "region", "West", "East"), Change("C003", "name", "x", "Zebra 1")]
    enter(actor, EditKind.CHANGED, [*changed, Change("C000", "owner", "Ann", None)])
    put_row(sight.publication, "A-new-one", {"name": "Otter", "region": "East", "owner": "Ann"})
    assert EditedRow.objects.count() == 4
    for role in ("manager", "account_manager"):
        sight = sight_of(person(role))
        for query in ("region=East", "search=zebra", "search=customer 3", "owner=-", "grade_abc=-"):
            for sort in SORTS:
                found, wanted = both(sight, f"{query}&sort={sort}", monkeypatch)
                assert found == wanted, query
    ids = pages(sight_of(person("manager")), "region=East&sort=-metric_revenue")[0]
    assert {"C001", "A-new-one"} <= set(ids)
    assert pages(sight_of(person("manager")), "search=customer 3&sort=")[0][-1] != "C003"


def test_where_many_were_edited_the_database_is_asked(person, monkeypatch):
    sight = sight_of(person("manager"))
    put_row(sight.publication, "C001", {"name": "Otter"})
    assert matches_of(sight, []) is not None
    monkeypatch.setattr(matches, "_MOST_EDITED", 0)
    assert matches_of(sight, []) is None


CONDITIONS = [
    Q(grade_abc=0) | Q(region="East", owner="Ann"),
    ~Q(region="East"),
    ~(Q(grade_abc__in=[0, 1]) & Q(region__isnull=False)),
    Q(before_abc__gt=F("grade_abc")) | Q(grade_abc=None),
    Q(pk__in=Archived.objects.values("pk")),
    ~Q(pk__in=Archived.objects.values("customer_id")),
    Q(region__contains="as"),
    Q(pk="C010"),
    Q(),
    Q(pk__in=[]),
    Q(metric_orders__lt=10**15) & Q(metric_orders__gt=-(10**15)),
    Q(owner__in=[f"Nobody {n}" for n in range(20)] + ["Bo"]),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=range(len(CONDITIONS)))
def test_a_condition_means_in_columns_what_it_means_in_rows(condition, person):
    Archived.objects.create(customer_id="C004", reason="gone", by=person("manager"))
    sight = sight_of(person("manager"))
    columns = columns_of(sight.publication)
    met = met_in(columns, condition)
    rows = sight.customers(archived=True).filter(condition).order_by("pk")
    assert sorted(columns.ids(met.nonzero()[0])) == [row.pk for row in rows]


@pytest.mark.parametrize(
    "condition",
    [
        Q(phone="13900001234"),
        Q(name__contains="1"),
        Q(region__startswith="E"),
        ~Q(before_abc__gt=F("grade_abc")),
        Q(region__gt="E"),
        Q(grade_abc=0) ^ Q(grade_abc=1),
    ],
    ids=range(6),
)
def test_what_columns_cannot_tell_is_left_to_the_database(condition, person):
    sight = sight_of(person("manager"))
    assert met_in(columns_of(sight.publication), condition) is None
    assert matches_of(sight, [Q(grade_abc=0), condition]) is None


def test_a_copy_without_columns_is_read_from_the_database(person, monkeypatch):
    sight = sight_of(person("manager"))
    wanted = pages(sight, "region=East&search=1&sort=-metric_revenue")
    sight.publication.in_columns = None
    assert columns_of(sight.publication) is None
    assert pages(sight, "region=East&search=1&sort=-metric_revenue") == wanted


def test_all_that_match_are_the_same_customers(person):
    sight = sight_of(person("account_manager"))
    found = matching(sight, QueryDict("grade_abc=C&search=customer"))
    wanted = {row.pk for row in sight.customers() if row.grade_abc == 2}
    assert {row.pk for row in found} == wanted


def test_columns_are_read_once_and_the_least_used_make_room(person, monkeypatch):
    publication = sight_of(person("manager")).publication
    monkeypatch.setattr(in_columns, "_held", type(in_columns._held)())
    columns = columns_of(publication)
    first = columns.numbers("grade_abc")
    assert columns_of(publication).numbers("grade_abc") is first
    monkeypatch.setattr(in_columns, "_MOST_BYTES", 1)
    assert columns.numbers("score_abc") is not None
    assert columns.numbers("grade_abc") is not first
    assert ColumnPart.objects.filter(publication=publication, name="grade_abc").count() == 1
