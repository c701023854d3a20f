"""The board of prospects: stages, next steps, and conversion that keeps everything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.prospects import services
from kefen.workspace.prospects.models import Prospect
from kefen.workspace.prospects.queries import board_of
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication
from kefen.workspace.work.models import Task
from kefen.workspace.work.services import create_task

IDS = ("C001", "C003", "C037")


@pytest.fixture
def prospects(db):
    """Three customers are prospects; the last one is another team's."""
    rows = model_of(current_publication().pk)._default_manager
    rows.update(status="customer")
    rows.filter(pk__in=IDS).update(status="prospect")


def stages(user):
    board = board_of(user, timezone.localdate())
    return {stage.id: [card.row.pk for card in stage.cards] for stage in board if stage.cards}


def test_prospects_begin_in_the_first_stage_seen_by_who_sees_them(prospects, person):
    assert stages(person("manager")) == {"new": list(IDS)}
    assert stages(person("account_manager")) == {"new": ["C001", "C003"]}


def test_a_prospect_moves_with_its_audit_entry(prospects, person):
    manager = person("manager")
    services.move_prospect(manager, "C003", "offer", was="new")
    assert stages(manager) == {"new": ["C001", "C037"], "offer": ["C003"]}
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.detail["stage"]) == ("prospect.moved", ["new", "offer"])


def test_two_people_do_not_move_one_past_each_other(prospects, person):
    services.move_prospect(person("manager"), "C003", "offer", was="new")
    with pytest.raises(CallError, match="moved this prospect meanwhile: Offer made"):
        services.move_prospect(person("analyst"), "C003", "contacted", was="new")
    assert stages(person("manager"))["offer"] == ["C003"]


def test_prospects_of_others_and_customers_do_not_move(prospects, person, signed_in):
    for customer in ("C037", "C000", "C999"):
        with pytest.raises(PermissionDenied):
            services.move_prospect(person("account_manager"), customer, "offer", was="new")
    with pytest.raises(PermissionDenied):
        services.move_prospect(person("auditor"), "C001", "offer", was="new")
    sent = {"customer": "C037", "stage": "offer", "was": "new"}
    assert signed_in("account_manager").post("/prospects/move/", sent).status_code == 404
    assert not Prospect.objects.exists()


def test_a_next_step_with_a_day_becomes_a_task_once(prospects, person):
    manager = person("manager")
    plan = {
        "next_step": "Send the offer",
        "next_on": timezone.localdate() + timedelta(days=2),
        "expected_on": None,
        "obstacle": "Price",
    }
    services.plan_prospect(manager, "C001", **plan)
    services.plan_prospect(manager, "C001", **plan | {"obstacle": "Budget"})
    task = Task.objects.get(customer_id="C001")
    assert (task.purpose.en, task.assigned_to) == ("Send the offer", manager)


def test_conversion_keeps_everything(prospects, person, signed_in):
    manager = person("manager")
    task = create_task(
        manager,
        "C001",
        kind="visit",
        words="Show samples",
        due_on=timezone.localdate(),
        assigned_to=manager,
    )
    services.move_prospect(manager, "C001", "deal", was="new")
    answer = signed_in("manager").post("/prospects/convert/", {"customer": "C001"})
    assert answer.headers["Location"] == "/customers/C001/"
    row = sight_of(manager).customers().get(pk="C001")
    assert row.status == "customer"
    assert Prospect.objects.get(customer_id="C001").stage == "won"
    assert Task.objects.get(pk=task.pk).customer_id == "C001"
    assert "Show samples" in signed_in("manager").get("/customers/C001/").content.decode()
    assert "C001" not in [one for cards in stages(manager).values() for one in cards]


def test_given_up_with_a_reason_and_taken_up_again(prospects, person, signed_in):
    client = signed_in("manager")
    without = client.post("/prospects/give-up/", {"customer": "C001", "reason": ""})
    assert "required" in without.content.decode()
    client.post("/prospects/give-up/", {"customer": "C001", "reason": "Bought elsewhere"})
    assert "Bought elsewhere" in client.get("/prospects/").content.decode()
    assert stages(person("manager")) == {"new": ["C003", "C037"]}
    with pytest.raises(CallError):
        services.give_up_prospect(person("manager"), "C001", "Again")
    client.post("/prospects/take-up/", {"customer": "C001"})
    assert set(stages(person("manager"))["new"]) == set(IDS)


def test_the_board_is_worked_without_script(prospects, signed_in):
    client = signed_in("manager", "zh-CN")
    page = client.get("/prospects/").content.decode()
    assert "新线索" in page
    assert 'name="stage" value="contacted"' in page
    sent = {"customer": "C003", "stage": "contacted", "was": "new"}
    answer = client.post("/prospects/move/", sent)
    assert answer.headers["Location"] == "/prospects/?moved=C003#moved"
    assert 'id="moved"' in client.get("/prospects/?moved=C003").content.decode()
    refused = client.post("/prospects/move/", sent, follow=True)
    assert "请刷新看板" in refused.content.decode()
    plan = client.post("/prospects/prospect/?customer=C003", {"next_step": "寄样品"})
    assert plan.status_code == 302
    assert "寄样品" in client.get("/prospects/").content.decode()


def test_who_changes_nothing_sees_the_board_without_its_buttons(prospects, signed_in):
    page = signed_in("auditor").get("/prospects/").content.decode()
    assert "Customer 3" in page
    assert "draggable" not in page
    assert 'name="stage"' not in page


def test_a_board_costs_the_same_however_many_prospects(prospects, signed_in):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            signed_in("manager").get("/prospects/")
        return len(seen)

    few = cost()
    model_of(current_publication().pk)._default_manager.update(status="prospect")
    assert cost() == few


def test_a_prospect_is_added_from_the_board(prospects, signed_in, person):
    client = signed_in("manager")
    board = client.get("/prospects/").content.decode()
    assert "/records/new/?status=prospect" in board
    page = client.get("/records/new/?status=prospect").content.decode()
    assert "Add a prospect" in page
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    sent |= {"name": "Maybe Ltd", "status": "prospect"}
    assert client.post("/records/new/", sent).status_code == 302
    [card] = [
        card
        for stage in board_of(person("manager"), timezone.localdate())
        for card in stage.cards
        if card.row.name == "Maybe Ltd"
    ]
    assert card.stage == "new"
