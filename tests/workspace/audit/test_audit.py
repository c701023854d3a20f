"""The audit log: written with the change or not at all."""

from __future__ import annotations

import pytest
from django.db import transaction

from kefen.workspace.accounts.services import add_team
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.audit.queries import visible_entries
from kefen.workspace.audit.services import record


@pytest.mark.django_db(transaction=False)
def test_an_entry_needs_to_be_named(person):
    with pytest.raises(KeyError):
        record(person("manager"), "made.up")


def test_a_change_and_its_entry_go_together(person):
    before = AuditEntry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        add_team(person("administrator"), "East")
        raise RuntimeError
    assert AuditEntry.objects.count() == before
    add_team(person("administrator"), "East")
    assert AuditEntry.objects.latest("id").action == "team.added"


def test_people_without_the_ability_see_their_own_entries(person):
    add_team(person("administrator"), "West")
    assert not visible_entries(person("manager")).exists()
    assert visible_entries(person("auditor")).exists()
