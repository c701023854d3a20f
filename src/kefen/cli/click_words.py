"""What click itself says, in both languages.

Click marks its messages for gettext and looks them up under the names `_` and `ngettext` in each
of its modules. Pointing these names here gives them in the language of the call without compiled
catalogues or a change of the process's locale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click.core
import click.exceptions
import click.parser
import click.types

from kefen.cli.language import current_language

if TYPE_CHECKING:
    from collections.abc import Mapping

TRANSLATED_MODULES = (click.core, click.exceptions, click.parser, click.types)

CHINESE: Mapping[str, str] = {
    "Aborted!": "已中止。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 需要 {nargs} 个值。",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "Could not open file {filename!r}: {message}": "无法打开文件 {filename!r}：{message}",
    "Did you mean {possibility}?": "是否指 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是否指以下之一：{possibilities}？）",
    "(Possible options: {possibilities})": "（可用选项：{possibilities}）",
    "Error: {message}": "错误：{message}",
    "Got unexpected extra argument ({args})": "多余的参数（{args}）",
    "Got unexpected extra arguments ({args})": "多余的参数（{args}）",
    "Invalid start character for option ({option})": "选项的起始字符无效（{option}）",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值无效：{message}",
    "Invalid value: {message}": "值无效：{message}",
    "Missing argument": "缺少参数",
    "Missing command.": "缺少命令。",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Missing {param_type}": "缺少 {param_type}",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such option: {name}": "没有选项 {name}",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 需要一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 需要 {nargs} 个值。",
    "Takes {nargs} values but 1 was given.": "需要 {nargs} 个值，只给出 1 个。",
    "Takes {nargs} values but {len} were given.": "需要 {nargs} 个值，给出了 {len} 个。",
    "Try '{command} {option}' for help.": "用 `{command} {option}` 查看帮助。",
    "Value must be an iterable.": "必须给出多个值。",
    "directory": "目录",
    "file": "文件",
    "path": "路径",
    "unknown error": "未知错误",
    "{len_type} values are required, but {len_value} was given.": "需要 {len_type} 个值，"
    "给出了 {len_value} 个。",
    "{len_type} values are required, but {len_value} were given.": "需要 {len_type} 个值，"
    "给出了 {len_value} 个。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是目录。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件。",
    "{name} {filename!r} is not executable.": "{name} {filename!r} 不可执行。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 无法读取。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 无法写入。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} 不是有效的是否值。"
    "可用：{states}",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的数（{number_type}）。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选值 {choices} 之中。",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
}


def translate(message: str) -> str:
    """Return a message of click in the language of the call."""
    return CHINESE.get(message, message) if current_language() == "zh" else message


def translate_counted(one: str, several: str, count: int) -> str:
    """Return a message of click for `count` things in the language of the call."""
    return translate(one if count == 1 else several)


def teach_click() -> None:
    """Let click speak the language of the call from now on."""
    for module in TRANSLATED_MODULES:
        for name, lookup in (("_", translate), ("ngettext", translate_counted)):
            if hasattr(module, name):
                setattr(module, name, lookup)
