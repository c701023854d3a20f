"""The public pool: claim, return, limits, cool-down, what returns by rule, hand-over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.workspace.accounts.models import Team, User
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.notices.models import Notice
from kefen.workspace.notices.services import tell
from kefen.workspace.ownership import pool, queries, services
from kefen.workspace.ownership.models import AutomaticReturn, Due
from kefen.workspace.ownership.work import due_customers, reminders, start_if_due
from kefen.workspace.records.attached import add_interaction
from kefen.workspace.records.models import Edit, FieldChange
from kefen.workspace.worker import work


@pytest.fixture
def cai(db):
    team = Team.objects.create(name="West")
    return User.objects.create(username="cai", name="Cai", role="account_manager", team=team)


@pytest.fixture
def pooled(person, clean_book):
    """Customers 1 and 35 lie in the pool; the second was of team South."""
    services.assign_owner(person("manager"), ["C001", "C035"], None)


@pytest.fixture
def rules(monkeypatch):
    """Put other rules in the place of the standard's."""
    found = queries.current_rules()

    def put(**changes):
        for module in (queries, pool):
            monkeypatch.setattr(module, "current_rules", lambda: replace(found, **changes))

    return put


def owner_of(person, customer):
    return sight_of(person("manager")).customers(archived=True).get(pk=customer).owner


def test_the_default_standard_has_rules_of_ownership(person):
    rules = queries.current_rules()
    assert rules.by == "tier"
    assert rules.of(rules.returns, "core") is None
    assert rules.of(rules.returns, "important") == 180
    assert rules.of(rules.returns, None) == 90


def test_a_claimed_customer_is_the_own_one_at_once(person, cai, pooled):
    FieldChange.objects.filter(field="team").update(batch=None)
    services.assign_owner(person("manager"), ["C001"], None)
    assert set(queries.pool_for(person("manager")).values_list("pk", flat=True)) >= {"C001", "C035"}
    with pytest.raises(Http404):
        pool.claim(cai, "C035")  # lies in the pool of another team
    pool.claim(person("account_manager"), "C001")
    assert owner_of(person, "C001") == "Ann"
    pool.claim(person("account_manager"), "C001")  # sent twice
    assert Edit.objects.filter(kind="claimed").count() == 1
    with pytest.raises(CallError, match="Somebody else"):
        pool.claim(cai, "C001")


def test_the_pool_shows_no_contacts_and_nothing_of_other_teams(signed_in, person, cai, clean_book):
    services.assign_owner(person("manager"), ["C007", "C035"], None)
    shown = signed_in("account_manager").get("/pool/").content.decode()
    assert "Customer 7" in shown
    assert "13900001234" not in shown
    assert "Customer 35" not in shown
    assert "Customer 35" in signed_in("manager").get("/pool/").content.decode()
    assert not queries.pool_for(person("analyst")).exists()


def test_who_gave_a_customer_up_has_to_wait_others_not(person, cai, pooled, rules):
    manager = person("account_manager")
    pool.claim(manager, "C001")
    pool.return_customer(manager, "C001")
    pool.return_customer(manager, "C001")  # sent twice
    assert owner_of(person, "C001") is None
    with pytest.raises(CallError, match="gave this customer up"):
        pool.claim(manager, "C001")
    Edit.objects.filter(kind="returned").update(at=timezone.now() - timedelta(days=31))
    pool.claim(manager, "C001")


def test_limits_hold_for_claims(person, pooled, rules):
    rules(claims_a_day=1)
    pool.claim(person("account_manager"), "C001")
    services.assign_owner(person("manager"), ["C002"], None)
    with pytest.raises(CallError, match="today"):
        pool.claim(person("account_manager"), "C002")
    rules(claims_a_day=None, at_most={None: 3})
    with pytest.raises(CallError, match="rules allow 3"):
        pool.claim(person("account_manager"), "C002")


def test_only_the_owner_returns_a_customer(person, cai, clean_book):
    services.assign_owner(person("manager"), ["C001"], cai)
    with pytest.raises(Http404):
        pool.return_customer(person("account_manager"), "C001")
    with pytest.raises(PermissionDenied):
        pool.return_customer(person("analyst"), "C001")
    pool.return_customer(cai, "C001")


def test_who_is_not_looked_after_is_told_and_then_returned(signed_in, person, cai, clean_book):
    ids = ["C060", "C061"]
    services.assign_owner(person("manager"), ids, cai)
    today = timezone.localdate()
    # Being given to somebody counts as a contact: nothing is due for 90 days.
    assert not {one.pk for one in due_customers(today, live=lambda: None)} & set(ids)
    Edit.objects.filter(kind="assigned").update(at=timezone.now() - timedelta(days=400))
    later = date(2035, 1, 1)
    due = {one.pk: one for one in due_customers(later, live=lambda: None)}
    assert set(ids) <= set(due)
    client = signed_in("manager")
    client.post("/pool/rules/check/")
    work(batch=True)
    for _ in range(2):
        with transaction.atomic():
            tell(reminders(due[one] for one in ids))
    told = Notice.objects.filter(person=cai, customer_id__in=ids)
    assert sorted(told.values_list("customer_id", flat=True)) == ids  # each of them once
    Due.objects.filter(pk__in=ids).delete()
    Due.objects.create(customer_id="C060", owner="Cai", on=today)
    Due.objects.create(customer_id="C061", owner="Cai", on=today)
    assert "C060" in client.get("/pool/rules/").content.decode()
    # What was looked after since the check stays.
    add_interaction(cai, "C061", kind="call", at=today)
    assert pool.recall_due(person("manager")) >= 1
    assert owner_of(person, "C060") is None
    assert owner_of(person, "C061") == "Cai"
    with pytest.raises(CallError, match="gave this customer up"):
        services.assign_owner(person("manager"), ["C060"], None)
        FieldChange.objects.filter(customer_id="C060", field="team").update(after=None)
        cai.team = Team.objects.get_or_create(name="West")[0]
        pool.claim(cai, "C060")


def test_automatic_returns_are_asked_for_once_a_day_in_somebody_s_name(person, clean_book):
    from kefen.workspace.jobs.models import Job

    start_if_due(timezone.localtime())
    assert not Job.objects.filter(kind="pool").exists()
    pool.switch_automatic(person("manager"), on=True)
    start_if_due(timezone.localtime())
    start_if_due(timezone.localtime())
    job = Job.objects.get(kind="pool")
    assert job.asked_by == person("manager")
    work(batch=True)
    job.refresh_from_db()
    assert job.state == "done"
    User.objects.filter(username="manager").update(is_active=False)
    AutomaticReturn.objects.update(checked_on=None)
    start_if_due(timezone.localtime())
    assert Job.objects.filter(kind="pool").count() == 1


def test_who_leaves_hands_over_and_shares_are_alike(signed_in, person, cai, clean_book):
    dan = User.objects.create(username="dan", name="Dan", role="account_manager", team=cai.team)
    owned = queries.number_owned(User(name="Bo"))
    bo = User.objects.create(username="bo", name="Bo", role="account_manager", is_active=False)
    client = signed_in("manager")
    assert str(owned) in client.get(f"/pool/hand-over/{bo.pk}/").content.decode()
    client.post(f"/pool/hand-over/{bo.pk}/", {"people": [cai.pk, dan.pk]})
    assert queries.number_owned(bo) == 0
    assert abs(queries.number_owned(cai) - queries.number_owned(dan)) <= 1
    assert queries.number_owned(cai) + queries.number_owned(dan) == owned


def test_customers_follow_a_person_who_is_renamed(signed_in, person, cai, clean_book):
    services.assign_owner(person("manager"), ["C001"], cai)
    form = {"name": "Cai Wen", "role": "account_manager", "team": cai.team_id, "is_active": "on"}
    signed_in("administrator").post(f"/people/{cai.pk}/", form)
    assert owner_of(person, "C001") == "Cai Wen"
    assert sight_of(User.objects.get(pk=cai.pk)).customers().filter(pk="C001").exists()


def test_who_is_switched_off_with_customers_leads_to_the_hand_over(
    signed_in, person, cai, clean_book
):
    services.assign_owner(person("manager"), ["C001"], cai)
    form = {"name": "Cai", "role": "account_manager", "team": cai.team_id}
    answer = signed_in("administrator").post(f"/people/{cai.pk}/", form)
    assert answer["Location"] == f"/pool/hand-over/{cai.pk}/"
