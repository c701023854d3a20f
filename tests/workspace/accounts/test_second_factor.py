"""The second factor: set up, asked for, recovery codes, wrong codes wait."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from kefen.workspace.accounts.models import Team, User
from kefen.workspace.accounts.second_factor import checked_device, switch_off_second_factor
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.customers.queries import sight_of

PASSWORD = "a long enough secret"  # noqa: S105


def code_of(device, *, later=0):
    return f"{totp(device.bin_key, t0=-30 * later):06d}"


@pytest.fixture
def with_factor(signed_in, person):
    """Return a client of a manager who has set the second factor up, and its recovery codes."""
    client = signed_in("manager")
    assert "<svg" in client.get("/security/set-up/").content.decode()
    device = TOTPDevice.objects.get(user=person("manager"))
    assert "not correct" not in client.get("/").content.decode()
    wrong = client.post("/security/set-up/", {"code": "000000"}).content.decode()
    assert "wrong" in wrong
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    page = client.post("/security/set-up/", {"code": code_of(device)}).content.decode()
    codes = re.findall(r"<code>(\w+)</code>", page)
    assert len(codes) == 10
    return client, codes


def sign_in(username="manager"):
    client = Client()
    assert client.post("/sign-in/", {"username": username, "password": PASSWORD}).status_code == 302
    return client


def test_the_password_alone_opens_nothing_any_more(with_factor, person):
    assert with_factor[0].get("/customers/").status_code == 200
    client = sign_in()
    for address in ("/", "/customers/C001/", "/security/", "/records/new/"):
        assert client.get(address)["Location"].startswith("/sign-in/code/")
    assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == "/sign-in/code/"
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    device = TOTPDevice.objects.get(user=person("manager"))
    answer = client.post("/sign-in/code/?next=/pool/", {"code": code_of(device, later=1)})
    assert answer["Location"] == "/pool/"
    assert client.get("/customers/").status_code == 200


def test_a_code_counts_once(with_factor, person):
    device = TOTPDevice.objects.get(user=person("manager"))
    code = code_of(device, later=1)
    assert checked_device(person("manager"), code) is not None
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert checked_device(person("manager"), code) is None


def test_wrong_codes_make_the_right_one_wait(with_factor, person):
    device = TOTPDevice.objects.get(user=person("manager"))
    for _ in range(3):
        assert checked_device(person("manager"), "000000") is None
    assert checked_device(person("manager"), code_of(device, later=1)) is None


def test_a_recovery_code_lets_in_once(with_factor, person):
    _, codes = with_factor
    client = sign_in()
    assert client.post("/sign-in/code/", {"code": codes[0].upper()})["Location"] == "/"
    assert client.get("/").status_code == 200
    assert AuditEntry.objects.filter(action="factor.recovered").exists()
    assert sign_in().post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    assert StaticToken.objects.filter(device__user=person("manager")).count() == 9


def test_new_codes_and_switching_off_need_the_password(with_factor, person):
    client, codes = with_factor
    assert "not your password" in client.post("/security/off/", {"password": "x"}).content.decode()
    page = client.post("/security/codes/", {"password": PASSWORD}).content.decode()
    assert codes[0] not in page
    assert client.post("/security/off/", {"password": PASSWORD}).status_code == 302
    assert not User.objects.get(username="manager").second_factor
    assert sign_in().get("/").status_code == 200


def test_an_administrator_helps_who_lost_the_phone(with_factor, signed_in, person):
    with pytest.raises(PermissionDenied):
        switch_off_second_factor(person("analyst"), person("manager"))
    number = person("manager").pk
    signed_in("administrator").post(f"/people/{number}/factor-off/")
    assert sign_in().get("/").status_code == 200
    assert AuditEntry.objects.filter(action="factor.off", subject="manager").exists()


def test_codes_and_keys_are_in_no_log(with_factor, person):
    device = TOTPDevice.objects.get(user=person("manager"))
    said = str(list(AuditEntry.objects.values_list("subject", "detail")))
    assert device.key not in said
    assert not any(code in said for code in with_factor[1])


def test_customers_follow_a_team_that_is_renamed(signed_in, person, clean_book):
    team = Team.objects.get(name="North")
    before = sight_of(person("account_manager")).customers().count()
    signed_in("administrator").post(f"/teams/{team.pk}/", {"name": "Far North"})
    assert sight_of(person("account_manager")).customers().count() == before
    shown = signed_in("administrator").post(f"/teams/{team.pk}/", {"name": "Far North"})
    assert shown.status_code == 302
