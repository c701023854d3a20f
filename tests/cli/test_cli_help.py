"""Help, languages, and how quickly both are there."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from kefen.cli.click_words import CHINESE, TRANSLATED_MODULES
from kefen.cli.language import asked_language, language_of_environment
from kefen.cli.main import cli
from kefen.cli.reference import FILES, commands_page
from kefen.cli.tree import Argument, Command, Group, Option
from kefen.domain.text import LANGUAGES, Language, Text

ROOT = Path(__file__).parents[2]
HEAVY = ("duckdb", "pyarrow", "sqlglot", "rich", "deltalake", "jinja2", "xlsxwriter", "numpy")
# Words of click that only a programmer who misuses it can see.
OF_PROGRAMMERS = re.compile(
    r"Arguments take exactly|Boolean option|Could not determine|DeprecationWarning|defined twice"
    r"|No options defined|deprecated|dynamic|env var|^default: |^Commands$|^Options$"
    r"|^Positional arguments$|^Choice\(|UUID|format|^required$"
)
KNOWN_WORDS = set(
    """
    kefen Kefen CSV Excel Parquet JSON lines YAML IANA UTC Asia Shanghai ABC RFM ID orders customers
    receivables payments interactions cases surveys assessments financials credit_reports products
    costs markets duckdb spark zh en bash zsh fish Online Retail CC BY MB GB tar zst gz csv report
    standards CNY EUR USD revenue Tab JSON Schema AHP CRITIC TOPSIS Wilson OFAC FATF WOE PDO
    AUC KS Gini Spark local sc yarn KEFEN_DATA lifetime CDNOW UTF still gone
    """.split()  # noqa: SIM905
)


def commands() -> Iterator[tuple[str, click.Command]]:
    def below(group: Group, path: str) -> Iterator[tuple[str, click.Command]]:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield f"{path} {name}", command
            if isinstance(command, Group):
                yield from below(command, f"{path} {name}")

    yield "kefen", cli
    yield from below(cli, "kefen")


COMMANDS = dict(commands())
COMMAND_NAMES = {part for path in COMMANDS for part in re.split(r"[\s-]", path)}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["grade", "--help"], ["completion", "bash"], ["nope"]],
)
def test_help_version_and_completion_import_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from kefen.cli.main import main\n"
        f"sys.argv = ['kefen', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('\\nLOADED', *sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.rpartition("LOADED")[2].split()}
    assert "click" in loaded
    assert not loaded & set(HEAVY)


def test_version(call) -> None:
    answer = call("--version")
    assert answer.code == 0
    assert re.fullmatch(r"kefen \d+\.\d+\.\d+\n", answer.out)


def test_a_call_without_command_shows_the_help(call) -> None:
    assert call().out == call("--help").out


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_locale_says_the_language(environment: dict[str, str], language: Language) -> None:
    assert language_of_environment(environment) == language


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["--lang", "zh", "grade"], "zh"),
        (["grade", "--lang=en"], "en"),
        (["grade", "--", "--lang", "zh"], None),
        (["grade"], None),
        (["--lang"], None),
    ],
)
def test_lang_is_found_wherever_it_stands(arguments: list[str], language: str | None) -> None:
    assert asked_language(arguments) == language


@pytest.mark.parametrize(
    "arguments", [("--lang", "zh", "grade", "--help"), ("grade", "--help", "--lang", "zh")]
)
def test_help_is_chinese_before_and_after_the_command(call, arguments: tuple[str, ...]) -> None:
    assert "为文件或账套中的每一位客户分级" in call(*arguments).out


def test_an_unknown_language_is_refused(call) -> None:
    answer = call("batches", "--lang", "fr")
    assert answer.code == 2
    assert "fr" in answer.err


@pytest.mark.parametrize("path", COMMANDS)
def test_no_english_is_left_in_chinese_help(call, path: str) -> None:
    shown = call(*path.split()[1:], "--help", "--lang", "zh").out
    before_examples = shown.partition("示例：")[0]
    plain = re.sub(
        r"`[^`]*`|--?[a-z_-]+|\b[\w.-]+\.(?:yaml|csv|xlsx|json|parquet|html|zst|gz)\b",
        " ",
        before_examples,
    )
    words = set(re.findall(r"[A-Za-z_][A-Za-z_]+", plain)) - KNOWN_WORDS - COMMAND_NAMES
    assert words == set()
    assert re.search(r"[\u4e00-\u9fff]", shown)


@pytest.mark.parametrize("path", COMMANDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_help_fits_80_columns(call, path: str, language: Language) -> None:
    from kefen.domain.text import display_width

    shown = call(*path.split()[1:], "--help", "--lang", language).out
    prose = list(shown.partition("\n示例：" if language == "zh" else "\nExamples:")[0].splitlines())
    assert max(map(display_width, prose)) <= 82  # a closing mark may stand beyond the edge


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_says_what_it_does_and_gives_an_example(path: str) -> None:
    command = COMMANDS[path]
    assert isinstance(command, Command | Group)
    texts: list[Text] = [command.text]
    for parameter in command.params:
        assert isinstance(parameter, Option | Argument)
        texts.append(parameter.text)
    assert all(text.en.strip() and text.zh.strip() for text in texts)
    assert all(re.search(r"[\u4e00-\u9fff]", text.zh) for text in texts)
    assert isinstance(command, Group) or command.examples


@pytest.mark.parametrize(
    "line",
    [example.call for command in COMMANDS.values() for example in command.examples],  # type: ignore[attr-defined]
)
def test_every_example_is_a_call_that_parses(line: str) -> None:
    found = re.search(r"kefen [^|>)]*", line)
    assert found
    words = shlex.split(found.group())
    command: click.Command = cli
    context = click.Context(cli, info_name="kefen")
    rest = words[1:]
    while isinstance(command, Group):
        loaded = command.get_command(context, rest[0])
        assert loaded is not None, rest[0]
        context = click.Context(loaded, info_name=rest[0], parent=context)
        command, rest = loaded, rest[1:]
    command.parse_args(context, rest)


@pytest.mark.parametrize("module", TRANSLATED_MODULES, ids=lambda module: module.__name__)
def test_every_message_of_click_is_translated(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    messages = {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "ngettext")
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert messages
    assert {m for m in messages if not OF_PROGRAMMERS.search(m)} <= set(CHINESE)


def test_translations_keep_the_placeholders_of_click() -> None:
    def fields(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)", text))

    assert {m: t for m, t in CHINESE.items() if fields(m) != fields(t)} == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope",), "没有命令"),
        (("grade", "--nope"), "没有选项"),
        (("grade", "a", "b"), "多余的参数"),
        (("grade", "--orders"), "需要一个值"),
        (("import",), "缺少参数"),
        (("grade", "--engine", "x"), "的值无效"),
        (("undo", "x"), "不是编号"),
    ],
)
def test_wrong_calls_are_told_in_chinese(call, arguments: tuple[str, ...], said: str) -> None:
    answer = (
        call(*arguments, "--lang", "zh")
        if "--orders" not in arguments
        else call("--lang", "zh", *arguments)
    )
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_completion_knows_commands_options_and_tables(process) -> None:
    def completed(words: str, position: int) -> str:
        started = process(
            COMP_WORDS=words, COMP_CWORD=str(position), _KEFEN_COMPLETE="bash_complete"
        )
        out, _ = started.communicate(timeout=60)
        return str(out.decode())

    assert "plain,explain" in completed("kefen exp", 1)
    assert "plain,--as-of" in completed("kefen grade --as", 2)
    assert "plain,receivables" in completed("kefen import rec", 2)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(call, shell: str) -> None:
    answer = call("completion", shell)
    assert answer.code == 0
    assert "_KEFEN_COMPLETE" in answer.out


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_is_up_to_date(language: Language) -> None:
    page = (ROOT / "docs" / "reference" / FILES[language]).read_text(encoding="utf-8")
    assert page == commands_page(language), "run python -m kefen.cli.reference docs/reference"
