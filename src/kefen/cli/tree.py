"""Commands, options and arguments whose texts are in both languages."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from kefen.cli.language import language_named, say
from kefen.cli.layout import definition_list, terminal_width, wrapped
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

OPTIONS = Text("Options", "选项")
ARGUMENTS = Text("Arguments", "参数")
EXAMPLES = Text("Examples", "示例")
_USAGE = Text("Usage: ", "用法：")
_ANY_OPTIONS = Text("[OPTIONS]", "[选项]")
_ANY_COMMAND = Text("COMMAND [ARGUMENTS]…", "命令 [参数]…")
_HELP = Text("Show this help and exit.", "显示此帮助并退出。")
_REQUIRED = Text("required", "必填")
_DEFAULT = Text("default: {value}", "默认：{value}")


@dataclass(frozen=True, slots=True)
class Example:
    """One call that can be copied.

    Attributes:
        call: The line to type.
        meaning: What it does.
    """

    call: str
    meaning: Text


class Option(click.Option):
    """An option with its description in both languages.

    Args:
        declarations: Its names, such as `--out`.
        text: What it does.
        metavar: The word for its value; None for a flag.
        default_text: What holds when it is not given, where that needs words.
        section: The heading it stands under in the help.
    """

    def __init__(
        self,
        *declarations: str,
        text: Text,
        metavar: Text | None = None,
        default_text: Text | None = None,
        section: Text = OPTIONS,
        **attributes: Any,
    ) -> None:
        self.text = text
        self.word = metavar
        self.default_text = default_text
        self.section = section
        super().__init__(declarations, **attributes)

    def help_row(self) -> tuple[str, str]:
        """Return its names and what it does."""
        names = ", ".join([*sorted(self.opts, key=len), *self.secondary_opts])
        term = f"{names} {say(self.word)}" if self.word else names
        description = say(self.text)
        notes = []
        if self.default_text is not None:
            notes.append(say(_DEFAULT.filled(value=self.default_text)))
        if self.required:
            notes.append(say(_REQUIRED))
        return term, f"{description} [{'; '.join(notes)}]" if notes else description

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:  # noqa: ARG002
        """Return the row for the help, in the language of the call."""
        return None if self.hidden else self.help_row()


class Argument(click.Argument):
    """An argument with its name and description in both languages."""

    def __init__(self, name: str, *, text: Text, metavar: Text, **attributes: Any) -> None:
        self.text = text
        self.word = metavar
        super().__init__([name], **attributes)

    def make_metavar(self, ctx: click.Context | None = None) -> str:  # noqa: ARG002
        """Return the word that stands for it in the usage line."""
        word = say(self.word)
        if self.nargs != 1:
            word = f"{word}…"
        return word if self.required else f"[{word}]"

    def get_error_hint(self, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return its name for messages."""
        return say(self.word)

    def help_row(self) -> tuple[str, str]:
        """Return its name and what it is."""
        return say(self.word), say(self.text)


if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # only newer versions of click can be subscripted


class LanguageType(ParamType):
    """`en` or `zh`, or a longer name of a locale."""

    name = "language"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return the language named.

        Raises:
            CallError: There is no such language.
        """
        language = language_named(str(value))
        if language is None:
            raise CallError(
                Text("“{v}” is not a language of Kefen.", "客分不支持语言“{v}”。").filled(v=value),
                where="--lang",
                mend=Text("Use --lang en or --lang zh.", "请使用 --lang en 或 --lang zh。"),
            )
        return language


def _language_option() -> Option:
    return Option(
        "--lang",
        text=Text("Language of messages and results: en or zh.", "界面与结果的语言：en 或 zh。"),
        metavar=Text("LANGUAGE", "语言"),
        default_text=Text("that of the system", "系统语言"),
        type=LanguageType(),
        expose_value=False,
    )


class Command(click.Command):
    """A command with its help in both languages.

    Args:
        name: Its name.
        text: What it does; the first paragraph is its line in the list of commands.
        callback: What it calls, with the parameters by name.
        parameters: Its options and arguments.
        examples: Calls to copy.
    """

    def __init__(
        self,
        name: str,
        *,
        text: Text,
        callback: Callable[..., Any],
        parameters: Sequence[click.Parameter] = (),
        examples: Sequence[Example] = (),
    ) -> None:
        self.text = text
        self.examples = tuple(examples)
        super().__init__(
            name,
            callback=callback,
            params=[*parameters, _language_option()],
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002
        """Return the first paragraph of the help."""
        return short_text(self.text)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, in the language of the call."""
        formatter.write("\n".join(help_lines(self, ctx, self.text, self.examples)) + "\n")


class Group(click.Group):
    """A group of commands, each loaded when it is needed.

    Args:
        name: Its name.
        text: What it is for.
        sections: Its commands under their headings: name and module; the module's `COMMANDS`, or
            the table named after a colon, holds the command.
        parameters: Its own options.
        examples: Calls to copy.
    """

    def __init__(
        self,
        name: str,
        *,
        text: Text,
        sections: Sequence[tuple[Text, Mapping[str, str]]],
        parameters: Sequence[click.Parameter] = (),
        examples: Sequence[Example] = (),
    ) -> None:
        self.text = text
        self.examples = tuple(examples)
        self.sections = tuple(sections)
        super().__init__(
            name,
            params=[*parameters, _language_option()],
            no_args_is_help=True,
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, in the order of the help."""
        return [name for _, commands in self.sections for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command; None when there is none of that name."""
        for _, commands in self.sections:
            if cmd_name in commands:
                module, _, table = commands[cmd_name].partition(":")
                known = getattr(importlib.import_module(module), table or "COMMANDS")
                found: click.Command = known[cmd_name]
                return found
        return None

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002
        """Return the first paragraph of the help."""
        return short_text(self.text)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, in the language of the call."""
        lines = [*help_lines(self, ctx, self.text, ())]
        for heading, commands in self.sections:
            rows = []
            for name in commands:
                command = self.get_command(ctx, name)
                if command is not None:
                    rows.append((name, command.get_short_help_str()))
            lines += ["", f"{say(heading)}{colon()}", *definition_list(rows, terminal_width())]
        lines += example_lines(self.examples, terminal_width())
        formatter.write("\n".join(lines) + "\n")


def colon() -> str:
    """Return the colon of the language of the call."""
    return say(Text(":", "："))


def short_text(text: Text) -> str:
    """Return the first paragraph of a help text."""
    return say(text).partition("\n\n")[0]


def usage_line(command: click.Command, ctx: click.Context) -> str:
    """Return the usage of a command in one line."""
    pieces = [ctx.command_path, say(_ANY_OPTIONS)]
    pieces += [p.make_metavar(ctx) for p in command.params if isinstance(p, Argument)]
    if isinstance(command, click.Group):
        pieces.append(say(_ANY_COMMAND))
    return f"{say(_USAGE)}{' '.join(pieces)}"


def option_sections(command: click.Command) -> dict[str, list[tuple[str, str]]]:
    """Return the rows of a command's options under their headings."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.params:
        if isinstance(parameter, Option) and not parameter.hidden:
            sections.setdefault(say(parameter.section), []).append(parameter.help_row())
    sections.setdefault(say(OPTIONS), []).append(("-h, --help", say(_HELP)))
    return sections


def help_lines(
    command: click.Command, ctx: click.Context, text: Text, examples: Sequence[Example]
) -> Iterator[str]:
    """Yield the lines of a command's help."""
    width = terminal_width()
    yield from wrapped(usage_line(command, ctx), width)
    yield ""
    yield from wrapped(say(text), width, "  ")
    arguments = [p.help_row() for p in command.params if isinstance(p, Argument)]
    if arguments:
        yield ""
        yield f"{say(ARGUMENTS)}{colon()}"
        yield from definition_list(arguments, width)
    for heading, rows in option_sections(command).items():
        yield ""
        yield f"{heading}{colon()}"
        yield from definition_list(rows, width)
    yield from example_lines(examples, width)


def example_lines(examples: Sequence[Example], width: int) -> Iterator[str]:
    """Yield the lines of a command's examples."""
    if not examples:
        return
    yield ""
    yield f"{say(EXAMPLES)}{colon()}"
    for example in examples:
        yield from wrapped(say(example.meaning), width, "  # ")
        yield f"  {example.call}"
