"""`kefen standard schema`: the JSON Schema of standards, for editors."""

from __future__ import annotations

import click

from kefen.cli.tree import Command, Example
from kefen.domain.text import Text


def schema() -> None:
    """Print the schema."""
    from kefen.standards.json_schema import schema_text

    click.echo(schema_text(), nl=False)


STANDARD_COMMANDS = {
    "schema": Command(
        "schema",
        text=Text(
            "Print the JSON Schema of standards: with it editors complete keys and flag mistakes.",
            "输出标准的 JSON Schema：编辑器可据此补全并标出错误。",
        ),
        callback=schema,
        examples=(
            Example(
                "kefen standard schema > standard.schema.json",
                Text("Keep it in a file", "保存为文件"),
            ),
        ),
    ),
}
