"""Language, theme, and the pages that say what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kefen.domain.text import Text
from kefen.workspace.accounts.access import open_to_everybody
from kefen.workspace.shell.context import THEME_COOKIE, THEMES
from kefen.workspace.shell.programs import is_for_programs, told_program

if TYPE_CHECKING:
    from django.http import HttpRequest

_YEAR = 365 * 24 * 60 * 60


@open_to_everybody
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that a reader chose, and go back to the page."""
    response = HttpResponseRedirect(_page_before(request))
    chosen = request.POST.get("language")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=_YEAR, samesite="Lax", httponly=True
        )
    return response


@open_to_everybody
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme that a reader chose, and go back to the page."""
    response = HttpResponseRedirect(_page_before(request))
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=_YEAR, samesite="Lax", httponly=True)
    return response


def _page_before(request: HttpRequest) -> str:
    page = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if page.startswith("/") and inside else "/"


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request could not be read, or came by a name that the workspace does not have."""
    if isinstance(exception, DisallowedHost):
        return _said(
            request,
            400,
            Text(
                "The workspace does not answer to the name in this address.",
                "工作台不接受此地址中的主机名。",
            ),
            Text(
                "Whoever starts it gives the name: kefen serve --name NAME.",
                "请启动工作台的人指定该名称：kefen serve --name 名称。",
            ),
        )
    return _said(
        request,
        400,
        Text("This request could not be read.", "无法理解这个请求。"),
        Text("Go back and try again.", "请返回后重试。"),
    )


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that a role may not do this."""
    return _said(
        request,
        403,
        Text("Your role may not open this page.", "您的角色无权打开此页。"),
        Text("Ask an administrator if you need it.", "如需使用，请联系管理员。"),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that there is nothing at an address, or nothing that the reader may see."""
    return _said(
        request,
        404,
        Text("There is nothing here.", "这里没有内容。"),
        Text(
            "The address may be wrong, or what it named is gone. The list has what there is.",
            "地址可能有误，或其内容已不存在。现有内容请从列表进入。",
        ),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Say that the workspace failed; the details are in the server's log."""
    return _said(
        request,
        500,
        Text("Something went wrong here, not with you.", "出错了，问题在我们这边。"),
        Text(
            "Nothing was left half-done. Try again; if it stays, tell your administrator the time.",
            "未留下半成品。请重试；若仍如此，请把时间告知管理员。",
        ),
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Say that a form was opened before the last sign-in, or comes from another site."""
    if is_for_programs(request):
        return told_program(
            403,
            Text("The token of the request is missing or wrong.", "请求缺少令牌，或令牌不对。"),
            Text(
                "Sign in, keep the cookies, and send the cookie csrftoken in the header "
                "X-CSRFToken.",
                "请先登录并保留 cookie，再把 cookie csrftoken 的值放进请求头 X-CSRFToken。",
            ),
        )
    return _said(
        request,
        403,
        Text("This form is out of date.", "此表单已过期。"),
        Text(
            "Nothing was saved. Load the page again, then send it once more.",
            "未保存任何内容。请刷新页面后重新提交。",
        ),
    )


def _said(request: HttpRequest, status: int, what: Text, mend: Text) -> HttpResponse:
    if is_for_programs(request):
        return told_program(status, what, mend)
    return render(request, "shell/message.html", {"what": what, "mend": mend}, status=status)
