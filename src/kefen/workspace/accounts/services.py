"""Changing people and teams; each change with its audit entry, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axes.utils import reset
from django.db import transaction

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.models import Team, User
from kefen.workspace.audit.services import record

if TYPE_CHECKING:
    from kefen.workspace.accounts.roles import Role

_ADMINISTRATOR = "administrator"
_DEMO = "demo"


def make_first_administrator(username: str, name: str, password: str) -> User:
    """Make the first person, who is an administrator.

    Raises:
        CallError: There is somebody already.
    """
    with transaction.atomic():
        if User.objects.select_for_update().exists():
            raise CallError(
                Text("There is an administrator already.", "已有管理员。"),
                mend=Text("Sign in, or ask them to add you.", "请登录，或请其添加您。"),
            )
        user = _made(username, name, password, _ADMINISTRATOR, None)
        record(user, "person.first", user.username)
        return user


def demo_user() -> User:
    """Return the demo user, who has no password; the first call makes it."""
    with transaction.atomic():
        found = User.objects.filter(username=_DEMO).first()
        if found is None:
            found = User(username=_DEMO, name="Demo", role=_ADMINISTRATOR)
            found.set_unusable_password()
            found.save()
            record(found, "person.first", found.username)
        return found


def add_person(
    actor: User, *, username: str, name: str, password: str, role: Role, team: Team | None
) -> User:
    """Add a person."""
    with transaction.atomic():
        user = _made(username, name, password, role.code, team)
        record(actor, "person.added", username, role=role.code, team=team.name if team else None)
        return user


def change_person(
    actor: User, person: User, *, name: str, role: Role, team: Team | None, active: bool
) -> None:
    """Change who a person is, or switch one off; sessions of one switched off end at once.

    Raises:
        CallError: It would leave the workspace without an administrator.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person.pk)
        stays = role.code == _ADMINISTRATOR and active
        if person.role == _ADMINISTRATOR and person.is_active and not stays:
            others = User.objects.filter(role=_ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
            if not others.exists():
                raise CallError(
                    Text("{p} is the only administrator.", "{p}是唯一的管理员。").filled(
                        p=person.shown_name
                    ),
                    mend=Text(
                        "Make somebody else an administrator first.", "请先将他人设为管理员。"
                    ),
                )
        before = {"name": person.name, "role": person.role, "active": person.is_active}
        before["team"] = person.team.name if person.team else ""
        person.name, person.role, person.team, person.is_active = name, role.code, team, active
        person.save()
        after = {"name": name, "role": role.code, "active": active}
        after["team"] = team.name if team else ""
        changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
        record(actor, "person.changed", person.username, **changes)


def change_own_password(actor: User, password: str) -> None:
    """Give oneself another password; every other session of the person ends."""
    with transaction.atomic():
        actor.set_password(password)
        actor.save(update_fields=["password"])
        record(actor, "person.password", actor.username)


def unlock_person(actor: User, person: User) -> None:
    """Let a person try again after too many wrong passwords."""
    with transaction.atomic():
        reset(username=person.username)
        record(actor, "person.unlocked", person.username)


def add_team(actor: User, name: str) -> Team:
    """Add a team."""
    with transaction.atomic():
        team = Team.objects.create(name=name)
        record(actor, "team.added", name)
        return team


def rename_team(actor: User, team: Team, name: str) -> None:
    """Give a team another name; its customers follow it.

    Raises:
        CallError: Another team has that name.
    """
    from kefen.workspace.ownership.services import rename_owner_team

    with transaction.atomic():
        kept = Team.objects.select_for_update().get(pk=team.pk)
        if Team.objects.filter(name=name).exclude(pk=kept.pk).exists():
            raise CallError(
                Text("Another team is called “{n}”.", "已有团队名为“{n}”。").filled(n=name),
                mend=Text("Choose another name.", "请换一个名称。"),
            )
        before = kept.name
        if before == name:
            return
        kept.name = name
        kept.save(update_fields=["name"])
        record(actor, "team.changed", name, before=before)
        rename_owner_team(actor, before, name)


def _made(username: str, name: str, password: str, role: str, team: Team | None) -> User:
    user = User(username=username, name=name, role=role, team=team)
    user.set_password(password)
    user.save()
    return user
