"""Names of companies, shops and people that nobody bears: an animal and a thing, a season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.demo.dice import Dice
    from kefen.domain.text import Language


def _pairs(rows: str) -> tuple[Text, ...]:
    """Return texts from `English=中文` separated by commas."""
    return tuple(Text(*each.strip().split("=")) for each in rows.split(","))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ANIMALS = _pairs(
    "Otter=水獭,Heron=苍鹭,Hedgehog=刺猬,Badger=獾,Squirrel=松鼠,Robin=知更鸟,Wren=鹪鹩,Owl=猫头鹰,"
    "Hare=野兔,Fawn=小鹿,Swallow=燕子,Finch=金翅雀,Dormouse=榛睡鼠,Puffin=海鹦,Seal=海豹,"
    "Whale=蓝鲸,Penguin=企鹅,Koala=考拉,Panda=熊猫,Giraffe=长颈鹿,Zebra=斑马,Camel=骆驼,"
    "Turtle=海龟,Dolphin=海豚,Lamb=小羊,Pony=小马,Beaver=河狸,Lynx=猞猁,Magpie=喜鹊,Crane=白鹤,"
    "Kingfisher=翠鸟,Sparrow=麻雀,Peacock=孔雀,Swan=天鹅,Firefly=萤火虫,Bumblebee=熊蜂,"
    "Ladybird=瓢虫,Cricket=蟋蟀,Snail=蜗牛,Starfish=海星"
)
_THINGS = _pairs(
    "Teapot=茶壶,Thimble=顶针,Lantern=灯笼,Acorn=橡果,Button=纽扣,Kettle=水壶,Umbrella=雨伞,"
    "Candle=蜡烛,Feather=羽毛,Compass=罗盘,Almanac=历书,Basket=篮子,Biscuit=饼干,Saucer=茶碟,"
    "Ribbon=丝带,Violin=小提琴,Windmill=风车,Balloon=气球,Clover=三叶草,Fern=蕨叶,Marble=弹珠,"
    "Mitten=手套,Pebble=卵石,Pinecone=松果,Quill=鹅毛笔,Rocket=火箭,Sail=风帆,Spool=线轴,"
    "Teaspoon=茶匙,Trumpet=小号,Bell=铃铛,Walnut=核桃,Whistle=哨子,Inkwell=墨水瓶,Cushion=靠垫,"
    "Lighthouse=灯塔,Rowboat=小船,Postcard=明信片,Muffin=松饼,Cobbler=果酥"
)
_FIRST_NAMES = _words(
    """
    Juniper Rowan Hazel Sorrel Linden Bryony Aspen Willow Clem Marigold Tansy Perry Robin Sage
    Laurel Ivy Basil Clover Olive Heath Fern Myrtle Alder Dahlia Reed Poppy Jasper Amber
    """
)
_LAST_NAMES = _words(
    """
    Otterby Thimblewick Larkmoor Fernsby Wrenfield Teasdown Quillmere Pebblecombe Kettlewood
    Brambleton Finchmoss Harebrook Candlewell Acornby Mossgrave Puddlecote Swanmere Lanternby
    Buttonshaw Cloverleigh Windlecote Feathersby Marblecombe Robinswick Thistlebeck
    """
)
_SURNAMES = _words("林 江 白 夏 秋 叶 苏 温 简 顾 纪 路 云 安 方 沈 陆 唐 程 许")
_GIVEN_NAMES = _words(
    """
    小满 谷雨 白露 立夏 清明 惊蛰 霜降 初雪 晴川 知夏 知秋 晚晴 南风 北辰 青禾 云舒 若水 星野
    望舒 一苇 半夏 秋实 春泥 冬青 木棉 南星 山月 海棠 听雨 拾光
    """
)
_FORM_ZH = ("", "有限公司", "集团")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """The name of a company and the domain of its mail, which is reserved for examples."""

    name: str
    domain: str


def company_name(dice: Dice, language: Language, trade: Text, form: str, size: int) -> CompanyName:
    """Return the name of a fictional company.

    Args:
        dice: What decides.
        language: The language of the name.
        trade: What it does, as a part of its name ("Gifts", "礼品店").
        form: The legal form of its country, in Latin letters.
        size: 0 for a shop, 1 for a company, 2 for a group.
    """
    animal, thing = dice.one_of(_ANIMALS), dice.one_of(_THINGS)
    domain = f"{animal.en}-{thing.en}.example".lower()
    if language == "zh":
        return CompanyName(f"{animal.zh}与{thing.zh}{trade.zh}{_FORM_ZH[size]}", domain)
    ending = ("", f" {form}", f" Group {form}")[size]
    return CompanyName(f"{animal.en} & {thing.en} {trade.en}{ending}", domain)


def person_name(dice: Dice, language: Language) -> str:
    """Return the name of a fictional person."""
    first, last = dice.one_of(_FIRST_NAMES), dice.one_of(_LAST_NAMES)
    surname, given = dice.one_of(_SURNAMES), dice.one_of(_GIVEN_NAMES)
    return f"{surname}{given}" if language == "zh" else f"{first} {last}"
