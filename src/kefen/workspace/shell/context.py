"""What the frame of every page needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.book import served_book
from kefen.workspace.notices.queries import unread
from kefen.workspace.runs.queries import current_publication, generated_in
from kefen.workspace.shell.language import current_language

if TYPE_CHECKING:
    from django.http import HttpRequest

THEME_COOKIE = "kefen_theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation.

    Attributes:
        name: Its words.
        icon: Its icon.
        address: The name of the page's address.
        ability: What a role must be able to do to see it.
        heading: A heading above it, or None.
    """

    name: Text
    icon: str
    address: str
    ability: Ability
    heading: Text | None = None


NAVIGATION = (
    Entry(
        Text("Overview", "分级总览"), "layout-dashboard", "overview:overview", Ability.SEE_CUSTOMERS
    ),
    Entry(Text("Customers", "客户"), "users", "customers:list", Ability.SEE_CUSTOMERS),
    Entry(Text("Prospects", "潜在客户"), "user-plus", "prospects:board", Ability.SEE_CUSTOMERS),
    Entry(Text("My day", "我的今日"), "checklist", "work:my_day", Ability.WORK),
    Entry(Text("Tables", "分析报表"), "report-analytics", "tables:list", Ability.SEE_RUNS),
    Entry(Text("Public pool", "客户公海"), "hand-grab", "ownership:pool", Ability.CLAIM),
    Entry(
        Text("Runs", "评级运行"), "refresh", "runs:list", Ability.SEE_RUNS, Text("Grading", "评级")
    ),
    Entry(Text("Import", "数据导入"), "file-import", "imports:list", Ability.IMPORT),
    Entry(
        Text("People", "人员"),
        "user-circle",
        "accounts:people",
        Ability.MANAGE_PEOPLE,
        Text("System", "系统"),
    ),
    Entry(Text("Audit", "审计记录"), "shield-check", "audit:list", Ability.SEE_AUDIT),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the book, language, theme and navigation of a page."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    language = current_language()
    context: dict[str, Any] = {
        "book": served_book().settings,
        "language": language,
        "html_language": "zh-CN" if language == "zh" else "en",
        "theme": theme if theme in THEMES else "",
    }
    # A request that was refused before anybody looked who sent it has no user.
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return context
    user = signed_in(request)
    match = request.resolver_match
    here = match.namespace if match is not None else ""
    here = "customers" if here == "records" else here
    context["navigation"] = [
        (entry, reverse(entry.address), entry.address.partition(":")[0] == here)
        for entry in NAVIGATION
        if user.can(entry.ability)
    ]
    publication = current_publication()
    context["publication"] = publication
    context["generated"] = generated_in(publication.run_id) if publication else None
    context["unread"] = unread(user)
    return context
