"""Where customers live: countries of the original, and plausible regions and cities for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.demo.dice import Dice


@dataclass(frozen=True, slots=True)
class Place:
    """One city.

    Attributes:
        city: Its name.
        region: The region it lies in.
        weight: How likely a customer of the country lives here.
        numbers: A telephone number with `#` for free digits, from a range that the country's
            authority keeps for fiction; None where there is none.
    """

    city: Text
    region: Text
    weight: int
    numbers: str | None = None


@dataclass(frozen=True, slots=True)
class Country:
    """One country of the original.

    Attributes:
        name: Its usual name; None where the original says that it is not specified.
        company: What stands at the end of the name of a larger company, in Latin letters.
        places: Its cities; empty where none is known.
    """

    name: Text | None
    company: str
    places: tuple[Place, ...]


_LONDON = Text("London", "伦敦")
_SOUTH_EAST = Text("South East", "英格兰东南部")
_SOUTH_WEST = Text("South West", "英格兰西南部")
_EAST = Text("East of England", "英格兰东部")
_MIDLANDS = Text("Midlands", "英格兰中部")
_NORTH_WEST = Text("North West", "英格兰西北部")
_NORTH_EAST = Text("North East and Yorkshire", "英格兰东北部与约克郡")
_SCOTLAND = Text("Scotland", "苏格兰")
_WALES = Text("Wales", "威尔士")
_ULSTER = Text("Northern Ireland", "北爱尔兰")

_NO_AREA = "+44 1632 960 ###"
_GERMANY = "+49 30 23125 ###"
_FRANCE = "+33 1 99 00 ## ##"
_AMERICA = "+1 212 555 01##"

_UNITED_KINGDOM = (
    Place(_LONDON, _LONDON, 20, "+44 20 7946 0###"),
    Place(Text("Brighton", "布莱顿"), _SOUTH_EAST, 5, _NO_AREA),
    Place(Text("Reading", "雷丁"), _SOUTH_EAST, 4, "+44 118 496 0###"),
    Place(Text("Canterbury", "坎特伯雷"), _SOUTH_EAST, 3, _NO_AREA),
    Place(Text("Oxford", "牛津"), _SOUTH_EAST, 4, _NO_AREA),
    Place(Text("Bristol", "布里斯托尔"), _SOUTH_WEST, 5, "+44 117 496 0###"),
    Place(Text("Exeter", "埃克塞特"), _SOUTH_WEST, 3, _NO_AREA),
    Place(Text("Bath", "巴斯"), _SOUTH_WEST, 2, _NO_AREA),
    Place(Text("Norwich", "诺里奇"), _EAST, 3, _NO_AREA),
    Place(Text("Cambridge", "剑桥"), _EAST, 4, _NO_AREA),
    Place(Text("Birmingham", "伯明翰"), _MIDLANDS, 7, "+44 121 496 0###"),
    Place(Text("Nottingham", "诺丁汉"), _MIDLANDS, 4, "+44 115 496 0###"),
    Place(Text("Leicester", "莱斯特"), _MIDLANDS, 3, "+44 116 496 0###"),
    Place(Text("Manchester", "曼彻斯特"), _NORTH_WEST, 7, "+44 161 496 0###"),
    Place(Text("Liverpool", "利物浦"), _NORTH_WEST, 4, "+44 151 496 0###"),
    Place(Text("Chester", "切斯特"), _NORTH_WEST, 2, _NO_AREA),
    Place(Text("Leeds", "利兹"), _NORTH_EAST, 5, "+44 113 496 0###"),
    Place(Text("York", "约克"), _NORTH_EAST, 3, _NO_AREA),
    Place(Text("Newcastle upon Tyne", "纽卡斯尔"), _NORTH_EAST, 4, "+44 191 498 0###"),
    Place(Text("Edinburgh", "爱丁堡"), _SCOTLAND, 4, "+44 131 496 0###"),
    Place(Text("Glasgow", "格拉斯哥"), _SCOTLAND, 4, "+44 141 496 0###"),
    Place(Text("Cardiff", "加的夫"), _WALES, 3, "+44 29 2018 0###"),
    Place(Text("Swansea", "斯旺西"), _WALES, 2, _NO_AREA),
    Place(Text("Belfast", "贝尔法斯特"), _ULSTER, 2, "+44 28 9649 6###"),
)


def _places(*rows: tuple[str, str, str, str, int], numbers: str | None = None) -> tuple[Place, ...]:
    """Return places from (city, its Chinese, region, its Chinese, weight)."""
    return tuple(
        Place(Text(city, city_zh), Text(region, region_zh), weight, numbers)
        for city, city_zh, region, region_zh, weight in rows
    )


def _one(en: str, zh: str, region: str, region_zh: str) -> tuple[Place, ...]:
    return _places((en, zh, region, region_zh, 1))


COUNTRIES: dict[str, Country] = {
    "United Kingdom": Country(Text("United Kingdom", "英国"), "Ltd", _UNITED_KINGDOM),
    "Germany": Country(
        Text("Germany", "德国"),
        "GmbH",
        _places(
            ("Berlin", "柏林", "Berlin", "柏林州", 4),
            ("Hamburg", "汉堡", "Hamburg", "汉堡州", 3),
            ("Munich", "慕尼黑", "Bavaria", "巴伐利亚州", 4),
            ("Cologne", "科隆", "North Rhine-Westphalia", "北莱茵-威斯特法伦州", 3),
            ("Leipzig", "莱比锡", "Saxony", "萨克森州", 2),
            numbers=_GERMANY,
        ),
    ),
    "France": Country(
        Text("France", "法国"),
        "SARL",
        _places(
            ("Paris", "巴黎", "Île-de-France", "法兰西岛", 5),
            ("Lyon", "里昂", "Auvergne-Rhône-Alpes", "奥弗涅-罗讷-阿尔卑斯", 3),
            ("Lille", "里尔", "Hauts-de-France", "上法兰西", 2),
            ("Bordeaux", "波尔多", "Nouvelle-Aquitaine", "新阿基坦", 2),
            numbers=_FRANCE,
        ),
    ),
    "EIRE": Country(
        Text("Ireland", "爱尔兰"),
        "Ltd",
        _places(
            ("Dublin", "都柏林", "Leinster", "伦斯特", 3),
            ("Cork", "科克", "Munster", "芒斯特", 2),
            numbers="+353 20 910 ####",
        ),
    ),
    "Spain": Country(
        Text("Spain", "西班牙"),
        "SL",
        _places(
            ("Madrid", "马德里", "Community of Madrid", "马德里自治区", 3),
            ("Barcelona", "巴塞罗那", "Catalonia", "加泰罗尼亚", 3),
            ("Valencia", "巴伦西亚", "Valencian Community", "巴伦西亚自治区", 2),
        ),
    ),
    "Belgium": Country(
        Text("Belgium", "比利时"),
        "BV",
        _places(
            ("Brussels", "布鲁塞尔", "Brussels", "布鲁塞尔大区", 2),
            ("Ghent", "根特", "Flanders", "弗拉芒大区", 2),
            ("Liège", "列日", "Wallonia", "瓦隆大区", 1),
        ),
    ),
    "Switzerland": Country(
        Text("Switzerland", "瑞士"),
        "AG",
        _places(
            ("Zurich", "苏黎世", "Zurich", "苏黎世州", 3),
            ("Bern", "伯尔尼", "Bern", "伯尔尼州", 2),
            ("Geneva", "日内瓦", "Geneva", "日内瓦州", 2),
        ),
    ),
    "Portugal": Country(
        Text("Portugal", "葡萄牙"),
        "Lda",
        _places(
            ("Lisbon", "里斯本", "Lisbon", "里斯本大区", 2),
            ("Porto", "波尔图", "Norte", "北部大区", 1),
        ),
    ),
    "Italy": Country(
        Text("Italy", "意大利"),
        "Srl",
        _places(
            ("Milan", "米兰", "Lombardy", "伦巴第", 2),
            ("Rome", "罗马", "Lazio", "拉齐奥", 2),
            ("Florence", "佛罗伦萨", "Tuscany", "托斯卡纳", 1),
        ),
    ),
    "Netherlands": Country(
        Text("Netherlands", "荷兰"),
        "BV",
        _places(
            ("Amsterdam", "阿姆斯特丹", "North Holland", "北荷兰省", 2),
            ("Rotterdam", "鹿特丹", "South Holland", "南荷兰省", 1),
        ),
    ),
    "Australia": Country(
        Text("Australia", "澳大利亚"),
        "Pty",
        _places(
            ("Sydney", "悉尼", "New South Wales", "新南威尔士州", 2),
            ("Melbourne", "墨尔本", "Victoria", "维多利亚州", 1),
            numbers="+61 2 5550 ####",
        ),
    ),
    "USA": Country(
        Text("United States", "美国"),
        "Inc",
        _places(("New York", "纽约", "New York", "纽约州", 1), numbers=_AMERICA),
    ),
    "Finland": Country(
        Text("Finland", "芬兰"), "Oy", _one("Helsinki", "赫尔辛基", "Uusimaa", "新地区")
    ),
    "Austria": Country(
        Text("Austria", "奥地利"), "GmbH", _one("Vienna", "维也纳", "Vienna", "维也纳州")
    ),
    "Norway": Country(Text("Norway", "挪威"), "AS", _one("Oslo", "奥斯陆", "Oslo", "奥斯陆")),
    "Channel Islands": Country(
        Text("Channel Islands", "海峡群岛"), "Ltd", _one("St Helier", "圣赫利尔", "Jersey", "泽西")
    ),
    "Denmark": Country(
        Text("Denmark", "丹麦"), "ApS", _one("Copenhagen", "哥本哈根", "Capital Region", "首都大区")
    ),
    "Japan": Country(Text("Japan", "日本"), "KK", _one("Tokyo", "东京", "Kanto", "关东")),
    "Cyprus": Country(
        Text("Cyprus", "塞浦路斯"), "Ltd", _one("Nicosia", "尼科西亚", "Nicosia", "尼科西亚区")
    ),
    "Sweden": Country(
        Text("Sweden", "瑞典"),
        "AB",
        _one("Stockholm", "斯德哥尔摩", "Stockholm County", "斯德哥尔摩省"),
    ),
    "Poland": Country(
        Text("Poland", "波兰"), "sp. z o.o.", _one("Warsaw", "华沙", "Mazovia", "马佐夫舍省")
    ),
    "Canada": Country(
        Text("Canada", "加拿大"), "Inc", _one("Toronto", "多伦多", "Ontario", "安大略省")
    ),
    "Greece": Country(Text("Greece", "希腊"), "EPE", _one("Athens", "雅典", "Attica", "阿提卡")),
    "Israel": Country(
        Text("Israel", "以色列"), "Ltd", _one("Haifa", "海法", "Haifa District", "海法区")
    ),
    "Malta": Country(
        Text("Malta", "马耳他"), "Ltd", _one("Valletta", "瓦莱塔", "Malta", "马耳他岛")
    ),
    "Bahrain": Country(
        Text("Bahrain", "巴林"), "WLL", _one("Manama", "麦纳麦", "Capital Governorate", "首都省")
    ),
    "United Arab Emirates": Country(
        Text("United Arab Emirates", "阿联酋"), "LLC", _one("Dubai", "迪拜", "Dubai", "迪拜酋长国")
    ),
    "Iceland": Country(
        Text("Iceland", "冰岛"),
        "ehf",
        _one("Reykjavik", "雷克雅未克", "Greater Reykjavik", "大雷克雅未克"),
    ),
    "Czech Republic": Country(
        Text("Czechia", "捷克"), "s.r.o.", _one("Prague", "布拉格", "Prague", "布拉格")
    ),
    "Lebanon": Country(
        Text("Lebanon", "黎巴嫩"), "SARL", _one("Beirut", "贝鲁特", "Beirut", "贝鲁特省")
    ),
    "Lithuania": Country(
        Text("Lithuania", "立陶宛"),
        "UAB",
        _one("Vilnius", "维尔纽斯", "Vilnius County", "维尔纽斯县"),
    ),
    "Singapore": Country(
        Text("Singapore", "新加坡"), "Pte Ltd", _one("Singapore", "新加坡", "Singapore", "新加坡")
    ),
    "Saudi Arabia": Country(
        Text("Saudi Arabia", "沙特阿拉伯"),
        "LLC",
        _one("Riyadh", "利雅得", "Riyadh Province", "利雅得省"),
    ),
    "Brazil": Country(
        Text("Brazil", "巴西"), "Ltda", _one("São Paulo", "圣保罗", "São Paulo", "圣保罗州")
    ),
    "RSA": Country(
        Text("South Africa", "南非"), "Pty", _one("Cape Town", "开普敦", "Western Cape", "西开普省")
    ),
    "Hong Kong": Country(
        Text("Hong Kong", "中国香港"), "Ltd", _one("Kowloon", "九龙", "Hong Kong", "香港")
    ),
    "European Community": Country(Text("European Community", "欧洲共同体"), "SE", ()),
    "Unspecified": Country(None, "Ltd", ()),
}
"""Every country of the original, by the name it has there."""

HOME = "United Kingdom"
"""The country of the shop, as the original writes it."""


def place_in(country: Country, dice: Dice) -> Place | None:
    """Return one of the country's cities, or None where none is known."""
    if not country.places:
        return None
    return dice.weighted([(place, place.weight) for place in country.places])


def phone_at(place: Place, dice: Dice) -> str | None:
    """Return a number that is kept for fiction, or None where the country keeps none."""
    if place.numbers is None:
        return None
    return "".join(str(dice.below(10)) if sign == "#" else sign for sign in place.numbers)
