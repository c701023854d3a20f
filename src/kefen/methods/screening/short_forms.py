"""Short and other common forms of given names, so that Bob is found on a list as Robert.

Facts of common usage, kept small: forms that letter-by-letter likeness does not find.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUPS = (
    "mohammed mohamed muhammad mohammad muhammed mohamad mhd mohd md",
    "abdallah abdullah abdulla",
    "yusuf youssef yousef joseph joe josef jose",
    "ibrahim abraham abe",
    "husain hussein hossein",
    "alexander aleksandr alexandr sasha alex oleksandr iskandar",
    "alexei aleksei alexey aleksey",
    "dmitry dmitri dmitriy dmytro dima",
    "evgeny yevgeny evgenii yevgeniy eugene",
    "sergei sergey serhiy",
    "vladimir volodymyr wladimir vova",
    "robert rob robbie bob bobby",
    "william will bill billy liam",
    "richard rick dick rich richie",
    "edward ed eddie ned ted teddy",
    "james jim jimmy jamie",
    "john jack johnny jon",
    "michael mike mick mikhail mykhailo",
    "thomas tom tommy",
    "charles charlie chuck",
    "henry harry hank howie howard",
    "anthony tony antonio",
    "peter pete piotr pyotr petro",
    "nicholas nick nikolai nikolay mykola nicolas",
    "margaret peggy peggie maggie meg",
    "elizabeth liz beth betty lisa",
    "katherine catherine kate kathy ekaterina",
    "patricia pat patsy trish",
    "susan sue susie",
    "francis frank francisco pancho",
    "david dave davy",
    "daniel dan danny",
    "andrew andy drew andrei andrey andriy",
    "stephen steven steve",
    "christopher chris",
)


def _forms() -> dict[str, str]:
    return {form: group.split()[0] for group in _GROUPS for form in group.split()}


COMMON_FORM: Mapping[str, str] = MappingProxyType(_forms())
"""Each form of a given name, and the one that stands for all of them."""
