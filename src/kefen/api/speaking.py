"""Errors said to a caller in Python: arguments in place of options of the command line."""

from __future__ import annotations

import functools
import inspect
import re
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from kefen.domain.errors import KefenError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

Given = ParamSpec("Given")
Found = TypeVar("Found")
Class = TypeVar("Class", bound=type)

_COMMAND = r"kefen [a-z][^`.,;:()，。；：、（）“”]*"
_OPTION = re.compile(
    rf"(?P<command>{_COMMAND})|--as-of (?P<day>\d{{4}}-\d\d-\d\d)|--engine (?P<engine>\w+)"
    r"|--(?P<name>[a-z][a-z-]*)"
)
_NAMES = {
    "out": Text("folder", "目录"),
    "overwrite": Text.same("overwrite=True"),
    "no-report": Text.same("report=False"),
}
"""Options whose argument has another name, or none."""


def in_python(text: Text) -> Text:
    """Return a text with arguments in place of options; commands in it stay as they are.

    A text that tells how it is done in Python stays as it is.
    """
    if "Python" in text.en:
        return text

    def told(language: Any) -> str:
        def argument(found: re.Match[str]) -> str:
            if found["command"]:
                return found[0]
            if found["day"]:
                return f'as_of="{found["day"]}"'
            if found["engine"]:
                return f'engine="{found["engine"]}"'
            name = found["name"]
            return _NAMES[name].in_language(language) if name in _NAMES else name.replace("-", "_")

        return _OPTION.sub(argument, text.in_language(language))

    return Text(told("en"), told("zh"))


def speaking(function: Callable[Given, Found]) -> Callable[Given, Found]:
    """Let a function of the Python API say its errors in words of Python."""

    @functools.wraps(function)
    def calling(*given: Given.args, **named: Given.kwargs) -> Found:
        try:
            return function(*given, **named)
        except KefenError as error:
            error.what, error.mend = in_python(error.what), in_python(error.mend)
            error.where = in_python(Text.same(error.where)).en
            error.args = (error.in_language("en"),)
            raise

    return calling


def speaking_class(made: Class) -> Class:
    """Let the public methods and properties of a class say their errors in words of Python."""
    for name, member in list(vars(made).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, property) and member.fget is not None:
            setattr(made, name, property(speaking(member.fget), doc=member.__doc__))
        elif inspect.isfunction(member):
            setattr(made, name, speaking(member))
    return made
