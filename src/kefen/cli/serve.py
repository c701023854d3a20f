"""`kefen serve`: the workspace of a book, in the browser."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.demo import FOLDER, is_demo
from kefen.cli.language import say
from kefen.cli.tree import Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.lake.book import Book

PORT = 8765
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def serve(
    *, book: Path | None, host: str, port: int, name: tuple[str, ...], https: bool, demo: bool
) -> None:
    """Serve the workspace until Ctrl-C."""
    from pathlib import Path

    from kefen.lake.book import Book
    from kefen.workspace.serve import prepare

    opened = Book.open(book or Path(FOLDER if demo else ""))
    if demo:
        _check_demo(opened, here=host in _THIS_MACHINE and not name and not https)
    prepare(opened.directory, hosts=name, secure=https, demo=demo)
    _run(opened, host, port)


def serve_demo(book: Book) -> None:
    """Serve a demo until Ctrl-C, and open it in the browser where there is one.

    The usual port, or any free one where another program has it.
    """
    from kefen.workspace.serve import is_free, prepare

    host = _THIS_MACHINE[0]
    prepare(book.directory, demo=True)
    _run(book, host, PORT if is_free(host, PORT) else 0, shown=_has_screen())


def _has_screen() -> bool:
    """Return whether a browser would open in a window, and not in this terminal."""
    windows = sys.platform in ("darwin", "win32")
    return windows or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _run(opened: Book, host: str, port: int, *, shown: bool = False) -> None:
    """Say where the workspace is, and serve it; `shown`: open the browser there."""
    import webbrowser

    from kefen.workspace.serve import serving

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with serving(host, port) as workspace, _ending_in_peace():
            title = Text("The workspace of “{n}” is open:", "账套“{n}”的工作区已启动：")
            click.echo(say(title.filled(n=opened.settings.name)))
            click.echo(f"  {workspace.address}")
            if workspace.first_run is not None:
                click.echo(say(Text("Make the first account here:", "请在此创建第一个账号：")))
                click.echo(f"  {workspace.first_run}")
            if workspace.demo is not None:
                click.echo(
                    say(Text("Signed in as the demo user, once:", "以演示用户登录（仅一次）："))
                )
                click.echo(f"  {workspace.demo}")
            click.echo(say(Text("Ctrl-C ends it.", "按 Ctrl-C 结束。")))
            if shown:
                webbrowser.open(workspace.demo or workspace.address)
            workspace.run()
    except OSError as error:
        raise CallError(
            Text("Port {p} of {h} cannot be used: {e}", "无法使用 {h} 的端口 {p}：{e}").filled(
                p=port, h=host, e=error.strerror or error
            ),
            where="--port",
            mend=Text("Choose another one with --port.", "请用 --port 换一个端口。"),
        ) from error


@contextmanager
def _ending_in_peace() -> Iterator[None]:
    """Let nothing interrupt the end once it has begun: a second Ctrl-C changes nothing."""
    try:
        yield
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, signal.SIG_IGN)


def _check_demo(book: Book, *, here: bool) -> None:
    """Refuse to open a real book, or this machine to others, without a password.

    Raises:
        CallError: The book is no demo, or others could reach it.
    """
    if not is_demo(book.settings):
        raise CallError(
            Text("This book is no demo.", "这不是演示账套。"),
            where="--demo",
            mend=Text(
                "Leave --demo out, or make a demo with kefen demo.",
                "请去掉 --demo，或用 kefen demo 建立演示账套。",
            ),
        )
    if not here:
        raise CallError(
            Text(
                "The demo user has no password; it is for this machine only.",
                "演示用户没有密码，仅限本机使用。",
            ),
            where="--demo",
            mend=Text(
                "Leave --host, --name and --https out, or leave --demo out.",
                "请去掉 --host、--name 和 --https，或去掉 --demo。",
            ),
        )


COMMANDS = {
    "serve": Command(
        "serve",
        text=Text(
            "Open the workspace of a book in the browser.\n\n"
            "One command starts the web pages and the worker behind them. Records of the workspace "
            "lie in the book, in workspace.sqlite3, or in the PostgreSQL database that "
            "kefen.toml names. It listens on this machine only; to let others in, put a server "
            "with https in front, or name --host and --name.",
            "在浏览器中打开账套的工作区。\n\n"
            "一条命令即启动网页和后台任务。工作区的记录保存在账套内，"
            "或账套设置所指定的数据库。默认只允许本机访问；"
            "要让他人使用，请在前面架设加密的网页服务器，或指定 --host 与 --name。",
        ),
        callback=serve,
        parameters=[
            options.book_option(),
            Option(
                "--host",
                text=Text("Address to listen on.", "监听的地址。"),
                metavar=Text("ADDRESS", "地址"),
                default="127.0.0.1",
                default_text=Text.same("127.0.0.1"),
            ),
            Option(
                "--port",
                text=Text(
                    "Port to listen on; 0 for a free one.", "监听的端口；0 表示任一空闲端口。"
                ),
                metavar=Text("PORT", "端口"),
                type=click.IntRange(0, 65_535),
                default=PORT,
                default_text=Text.same(str(PORT)),
            ),
            Option(
                "--name",
                text=Text(
                    "A name that others reach it by; repeat for several.",
                    "他人访问所用的主机名；可重复。",
                ),
                metavar=Text("NAME", "主机名"),
                multiple=True,
            ),
            Option(
                "--https",
                text=Text(
                    "Others reach it by https, through a server in front.",
                    "他人经由前置服务器加密访问。",
                ),
                is_flag=True,
            ),
            Option(
                "--demo",
                text=Text(
                    "For a book of kefen demo: print an address that signs a demo user in, once, "
                    "on this machine.",
                    "用于 kefen demo 的账套：显示一个仅限本机、只用一次的演示用户登录地址。",
                ),
                is_flag=True,
            ),
        ],
        examples=(
            Example("kefen serve --book acme", Text("Open it on this machine", "在本机打开")),
            Example(
                "kefen serve --demo",
                Text("The book of kefen demo, signed in", "打开 kefen demo 的账套并已登录"),
            ),
            Example(
                "kefen serve --book acme --name kefen.example.com --https",
                Text("Behind a server with https", "置于 https 服务器之后"),
            ),
        ),
    )
}
