"""`kefen serve`: the workspace of a book, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kefen.cli import options
from kefen.cli.language import say
from kefen.cli.tree import Command, Example, Option
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

PORT = 8765


def serve(*, book: Path | None, host: str, port: int, name: tuple[str, ...], https: bool) -> None:
    """Serve the workspace until Ctrl-C."""
    from pathlib import Path

    from kefen.lake.book import Book
    from kefen.workspace.serve import prepare, serving

    opened = Book.open(book or Path())
    prepare(opened.directory, hosts=name, secure=https)
    try:
        with serving(host, port) as workspace:
            title = Text("The workspace of “{n}” is open:", "账套“{n}”的工作区已启动：")
            click.echo(say(title.filled(n=opened.settings.name)))
            click.echo(f"  {workspace.address}")
            if workspace.first_run is not None:
                click.echo(say(Text("Make the first account here:", "请在此创建第一个账号：")))
                click.echo(f"  {workspace.first_run}")
            click.echo(say(Text("Ctrl-C ends it.", "按 Ctrl-C 结束。")))
            workspace.run()
    except OSError as error:
        raise CallError(
            Text("Port {p} of {h} cannot be used: {e}", "无法使用 {h} 的端口 {p}：{e}").filled(
                p=port, h=host, e=error.strerror or error
            ),
            where="--port",
            mend=Text("Choose another one with --port.", "请用 --port 换一个端口。"),
        ) from error


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
        ],
        examples=(
            Example("kefen serve --book acme", Text("Open it on this machine", "在本机打开")),
            Example(
                "kefen serve --book acme --name kefen.example.com --https",
                Text("Behind a server with https", "置于 https 服务器之后"),
            ),
        ),
    )
}
