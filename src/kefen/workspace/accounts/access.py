"""Who may call which page: every view says so, or nobody may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from kefen.workspace.accounts.roles import Ability

View = TypeVar("View", bound="Callable[..., Any]")
EVERYBODY = "everybody"
SIGNED_IN = "signed in"
_MARK = "kefen_access"


def open_to_everybody(view: View) -> View:
    """Let a view be called without signing in."""
    setattr(view, _MARK, EVERYBODY)
    return view


def open_to_signed_in(view: View) -> View:
    """Let a view be called by every person who is signed in."""
    setattr(view, _MARK, SIGNED_IN)
    return view


def needs(ability: Ability) -> Callable[[View], View]:
    """Let a view be called by the roles that have an ability."""

    def marked(view: View) -> View:
        setattr(view, _MARK, ability)
        return view

    return marked


def access_of(view: Callable[..., Any]) -> str | Ability | None:
    """Return who may call a view; None where it does not say, so that nobody may."""
    found: str | Ability | None = getattr(view, _MARK, None)
    return found
