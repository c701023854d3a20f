"""Every address and every role: who may, who may not, and that no address is forgotten."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kefen.workspace.accounts.access import EVERYBODY, SIGNED_IN, access_of
from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import ROLES

ALL = frozenset(ROLES)
WHY = ALL - {"service_agent"}
RUNS = ALL - {"account_manager", "service_agent"}
GRADE = frozenset({"administrator", "analyst"})
WORK = ALL - {"auditor"}
EXPORT = ALL - {"service_agent", "auditor"}
SHARE = frozenset({"administrator", "analyst", "manager"})
PEOPLE = frozenset({"administrator"})
EDIT = ALL - {"service_agent", "auditor"}
NOTE = EDIT - {"analyst"}
CLAIM = frozenset({"administrator", "manager", "account_manager"})
ASSIGN = frozenset({"administrator", "manager"})
MERGE = frozenset({"administrator", "analyst", "manager"})
FIELDS = frozenset({"administrator", "analyst"})
AUDIT = frozenset({"administrator", "compliance_officer", "auditor"})

# name of the address: arguments, method, roles that may.
ADDRESSES = {
    "overview:overview": ({}, "get", ALL),
    "overview:trends": ({}, "get", ALL),
    "overview:prepare": ({}, "post", RUNS),
    "tables:list": ({}, "get", RUNS),
    "tables:table": ({"table": "movements_year"}, "get", RUNS),
    "tables:excel": ({"table": "movements_year"}, "post", RUNS & EXPORT),
    "tables:keeping": ({"table": "movements_year"}, "post", SHARE),
    "tables:checked": ({"table": "movements_year"}, "post", RUNS),
    "customers:facts": ({"customer_id": "C001"}, "get", ALL),
    "customers:reach": ({"customer_id": "C001"}, "get", WHY),
    "customers:portrait": ({"customer_id": "C001"}, "get", WHY),
    "customers:card": ({"customer_id": "C001"}, "get", WHY),
    "customers:list": ({}, "get", ALL),
    "customers:export": ({}, "post", EXPORT),
    "customers:bulk": ({}, "post", ALL),
    "customers:filters": ({}, "get", ALL),
    "customers:find": ({}, "get", ALL),
    "customers:counts": ({}, "get", ALL),
    "customers:choose_default": ({}, "post", ALL),
    "customers:save_view": ({}, "post", ALL),
    "customers:delete_view": ({"number": 1}, "post", ALL),
    "customers:customer": ({"customer_id": "C001"}, "get", ALL),
    "customers:what_if": ({"customer_id": "C001"}, "get", WHY),
    "work:my_day": ({}, "get", WORK),
    "work:answers": ({}, "get", WORK),
    "work:answer_given": ({"customer_id": "C001"}, "post", WORK),
    "work:visits": ({}, "get", WORK),
    "work:add": ({}, "post", WORK),
    "work:task": ({"number": 99}, "get", WORK),
    "work:finish": ({"number": 99}, "post", WORK),
    "work:drop": ({"number": 99}, "post", WORK),
    "prospects:board": ({}, "get", ALL),
    "prospects:prospect": ({}, "get", WORK),
    "prospects:move": ({}, "post", WORK),
    "prospects:convert": ({}, "post", EDIT),
    "prospects:give_up": ({}, "post", WORK),
    "prospects:take_up": ({}, "post", WORK),
    "notices:list": ({}, "get", ALL),
    "notices:open": ({"number": 99}, "post", ALL),
    "notices:read_all": ({}, "post", ALL),
    "notices:mail": ({}, "post", ALL),
    "runs:schedule": ({}, "post", GRADE),
    "runs:unschedule": ({}, "post", GRADE),
    "records:new": ({}, "get", EDIT),
    "records:similar": ({}, "get", EDIT),
    "records:merge": ({"customer_id": "C001"}, "get", MERGE),
    "records:take_apart": ({"number": 99}, "post", MERGE),
    "records:archive_list": ({}, "get", EDIT),
    "records:attributes": ({}, "get", FIELDS),
    "records:remove_attribute": ({"number": 99}, "post", FIELDS),
    "records:undo": ({"number": 99}, "post", EDIT),
    "records:edit": ({"customer_id": "C001"}, "get", EDIT),
    "records:history": ({"customer_id": "C001"}, "get", ALL),
    "records:archive": ({"customer_id": "C001"}, "get", EDIT),
    "records:restore": ({"customer_id": "C001"}, "post", EDIT),
    "records:add_contact": ({"customer_id": "C001"}, "post", EDIT - {"analyst"}),
    "records:change_contact": ({"number": 99}, "get", EDIT),
    "records:remove_contact": ({"number": 99}, "post", EDIT),
    "records:add_note": ({"customer_id": "C001"}, "post", NOTE),
    "records:change_note": ({"number": 99}, "get", NOTE),
    "records:remove_note": ({"number": 99}, "post", NOTE),
    "records:add_file": ({"customer_id": "C001"}, "post", NOTE),
    "records:file": ({"number": 99}, "get", ALL),
    "records:remove_file": ({"number": 99}, "post", NOTE),
    "records:add_interaction": ({"customer_id": "C001"}, "post", NOTE),
    "ownership:pool": ({}, "get", CLAIM),
    "ownership:rules": ({}, "get", ASSIGN),
    "ownership:check": ({}, "post", ASSIGN),
    "ownership:recall": ({}, "post", ASSIGN),
    "ownership:automatic": ({}, "post", ASSIGN),
    "ownership:hand_over": ({"number": 99}, "get", ASSIGN),
    "ownership:claim": ({"customer_id": "C001"}, "post", CLAIM),
    "ownership:give_back": ({"customer_id": "C000"}, "post", CLAIM),
    "ownership:assign": ({"customer_id": "C001"}, "post", ASSIGN),
    "runs:list": ({}, "get", RUNS),
    "runs:progress": ({}, "get", RUNS),
    "runs:run": ({"run_id": "2026-10-31-1"}, "get", RUNS),
    "runs:show": ({"run_id": "2026-10-31-1"}, "post", GRADE),
    "imports:list": ({}, "get", GRADE),
    "imports:example": ({"table": "orders"}, "get", GRADE),
    "imports:columns": ({"number": 99}, "get", GRADE),
    "imports:look": ({"number": 99}, "post", GRADE),
    "imports:use_mapping": ({"number": 99}, "post", GRADE),
    "imports:result": ({"number": 99}, "get", GRADE),
    "imports:progress": ({"number": 99}, "get", GRADE),
    "imports:commit": ({"number": 99}, "post", GRADE),
    "imports:drop": ({"number": 99}, "post", GRADE),
    "imports:rejected": ({"number": 99}, "get", GRADE),
    "imports:undo": ({"number": 99}, "post", GRADE),
    "imports:rejected_of_batch": ({"number": 99}, "get", GRADE),
    "audit:list": ({}, "get", AUDIT),
    "api:grades": ({"customer_id": "C001"}, "get", ALL),
    "api:why": ({"customer_id": "C001"}, "get", WHY),
    "api:grade_rows": ({}, "post", WHY),
    "accounts:password": ({}, "get", ALL),
    "accounts:security": ({}, "get", ALL),
    "accounts:set_up_factor": ({}, "get", ALL),
    "accounts:recovery_codes": ({}, "post", ALL),
    "accounts:factor_off": ({}, "post", ALL),
    "accounts:person_factor_off": ({"number": 1}, "post", PEOPLE),
    "accounts:change_team": ({"number": 1}, "get", PEOPLE),
    "accounts:people": ({}, "get", PEOPLE),
    "accounts:add_person": ({}, "get", PEOPLE),
    "accounts:change_person": ({"number": 1}, "get", PEOPLE),
    "accounts:unlock_person": ({"number": 1}, "post", PEOPLE),
    "accounts:add_team": ({}, "get", PEOPLE),
}
# Addresses that answer an empty form with 404; their own tests send full ones.
NEEDS_A_FORM = {"customers:bulk", "overview:prepare", "work:add"} | {
    f"prospects:{name}" for name in ("prospect", "move", "convert", "give_up", "take_up")
}
OPEN = {
    "accounts:sign_in",
    "accounts:sign_out",
    "accounts:second_factor",
    "accounts:first_run",
    "accounts:demo",
    "shell:language",
    "shell:theme",
}


def addresses(patterns=None, space=""):
    """Yield the name and view of every address."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}", one.callback


def test_every_address_has_a_row():
    assert {name for name, _ in addresses()} == set(ADDRESSES) | OPEN


def test_every_view_says_who_may_call_it():
    for name, view in addresses():
        access = access_of(view)
        assert access is not None, name
        assert (access == EVERYBODY) == (name in OPEN), name
        assert access != SIGNED_IN or ADDRESSES[name][2] == ALL, name


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_role_may_what_its_row_says_and_nothing_else(name, role, signed_in):
    arguments, method, allowed = ADDRESSES[name]
    answer = getattr(signed_in(role), method)(reverse(name, kwargs=arguments))
    if role in allowed:
        # An empty body is no customer with its rows.
        assert answer.status_code in (200, 302, 404, *((400,) if name == "api:grade_rows" else ()))
        assert answer.status_code != 404 or arguments.get("number") or name in NEEDS_A_FORM
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("name", ADDRESSES)
def test_nobody_gets_anywhere_without_signing_in(name, db):
    arguments, method, _ = ADDRESSES[name]
    answer = getattr(Client(), method)(reverse(name, kwargs=arguments))
    if name.startswith("api:"):
        assert answer.status_code == 401
        assert answer.json().keys() == {"error"}
        return
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_a_person_switched_off_is_out_at_once(signed_in, person):
    client = signed_in("manager")
    User.objects.filter(username="manager").update(is_active=False)
    assert client.get("/").status_code == 302
