"""People and teams."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from kefen.workspace.accounts.roles import ROLES

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.workspace.accounts.roles import Ability, Role


class Team(models.Model):
    """A team; customers belong to it by its name, as their column `team` has it."""

    name = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person who signs in.

    Customers are this person's own where their column `owner` has this person's name.
    """

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=30, choices=[(code, code) for code in ROLES])
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)
    second_factor = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.username

    def itself(self) -> User:
        """Return this person.

        Asked of what stands for the person of a request until it is looked up, this gives the
        person: each further question is then asked of it directly.
        """
        return self

    @property
    def shown_name(self) -> str:
        """Return the name to show."""
        return self.name or self.username

    @property
    def in_role(self) -> Role:
        """Return the role, with all that it means."""
        return ROLES[self.role]

    @property
    def role_name(self) -> Text:
        """Return the name of the role."""
        return self.in_role.name

    def can(self, ability: Ability) -> bool:
        """Return whether the role may do something."""
        return self.is_active and ability in self.in_role.abilities
