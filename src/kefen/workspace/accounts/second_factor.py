"""The second factor: a code of an app besides the password, and recovery codes for a lost phone.

Codes are those of RFC 6238 (TOTP). The package django-otp keeps the devices, refuses a code that
was used, and lets wrong codes wait longer and longer; who is wrong five times waits 16 seconds,
after ten times over eight minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record

if TYPE_CHECKING:
    from django_otp.models import Device

RECOVERY_CODES = 10
_APP = "app"
_RECOVERY = "recovery"


def begin_second_factor(actor: User) -> TOTPDevice:
    """Return the device that is being set up; the same one until it is confirmed.

    Raises:
        CallError: There is a second factor already.
    """
    if actor.second_factor:
        raise CallError(
            Text("You have a second factor already.", "您已启用两步验证。"),
            mend=Text("Switch it off first to set it up anew.", "如需重新设置，请先关闭。"),
        )
    device, _ = TOTPDevice.objects.get_or_create(user=actor, name=_APP, confirmed=False)
    return device


def confirm_second_factor(actor: User, code: str) -> list[str] | None:
    """Switch the second factor on with the first code of the app.

    Returns:
        The recovery codes, which are shown once; None where the code is wrong.
    """
    with transaction.atomic():
        device = (
            TOTPDevice.objects.select_for_update()
            .filter(user=actor, name=_APP, confirmed=False)
            .first()
        )
        if device is None or not device.verify_token(code):
            return None
        TOTPDevice.objects.filter(user=actor).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        _switch(actor, on=True)
        record(actor, "factor.on", actor.username)
        return _new_recovery_codes(actor)


def new_recovery_codes(actor: User) -> list[str]:
    """Return new recovery codes; those before are void.

    Raises:
        PermissionDenied: There is no second factor.
    """
    if not actor.second_factor:
        raise PermissionDenied
    with transaction.atomic():
        record(actor, "factor.codes", actor.username)
        return _new_recovery_codes(actor)


def switch_off_second_factor(actor: User, person: User) -> None:
    """Switch the second factor off: one's own, or as administrator that of who lost the phone.

    Raises:
        PermissionDenied: It is somebody else's.
    """
    if actor.pk != person.pk and not actor.can(Ability.MANAGE_PEOPLE):
        raise PermissionDenied
    with transaction.atomic():
        TOTPDevice.objects.filter(user=person).delete()
        StaticDevice.objects.filter(user=person).delete()
        _switch(person, on=False)
        record(actor, "factor.off", person.username)


def checked_device(person: User, code: str) -> Device | None:
    """Return the device that a code is right for, the app or a recovery code; None for none.

    A recovery code counts once. A wrong code makes the next one wait.
    """
    code = code.replace(" ", "").replace("-", "").lower()
    kind = TOTPDevice if code.isdecimal() else StaticDevice
    with transaction.atomic():
        device: Device | None = (
            kind.objects.select_for_update().filter(user=person, confirmed=True).first()
        )
        if device is None or not device.verify_token(code):
            return None
        if isinstance(device, StaticDevice):
            record(person, "factor.recovered", person.username, left=recovery_codes_left(person))
        return device


def recovery_codes_left(person: User) -> int:
    """Return how many recovery codes a person has."""
    return int(StaticToken.objects.filter(device__user=person).count())


def picture_of(device: TOTPDevice) -> str:
    """Return the QR code of a device as SVG that stands in a page."""
    return str(segno.make(device.config_url, error="m").svg_inline(scale=5, border=2, dark="#000"))


def _new_recovery_codes(actor: User) -> list[str]:
    StaticDevice.objects.filter(user=actor).delete()
    device = StaticDevice.objects.create(user=actor, name=_RECOVERY, confirmed=True)
    # Letters and the digits 2 to 7; one that is digits alone would be taken for a code of the app.
    codes: list[str] = []
    while len(codes) < RECOVERY_CODES:
        code = StaticToken.random_token()
        if not code.isdecimal() and code not in codes:
            codes.append(code)
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _switch(person: User, *, on: bool) -> None:
    User.objects.filter(pk=person.pk).update(second_factor=on)
    person.second_factor = on
