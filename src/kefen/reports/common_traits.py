"""What classes have in common: a product's buyers, an industry's wishes, a size's habits."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.portraits.counting import FEWEST_OF_CLASS
from kefen.grading.portraits.portrait import SMALLEST_GROUP
from kefen.methods.contrasts import SURE_FROM, class_contrast, holm
from kefen.reports.code_names import coded_name
from kefen.reports.crossing import drawn_from
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, GradeMark, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from kefen.methods.contrasts import ClassContrast
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell

Side: TypeAlias = Literal["category", "product", "industry", "region", "size", "habit"]

_SUBJECTS: dict[Side, tuple[Text, Text]] = {
    "category": (
        Text("What the buyers of a product type have in common", "某类产品的购买者有何共同点"),
        Text("Buyers of", "购买者"),
    ),
    "industry": (
        Text("What an industry wants", "某行业想要什么产品"),
        Text("Industry", "行业"),
    ),
    "size": (
        Text("How customers of a size buy", "某种规模的客户怎样购买"),
        Text("Size", "规模"),
    ),
}
_TARGETS: dict[Side, tuple[Side, ...]] = {
    "category": ("industry", "region", "size", "habit", "category"),
    "product": ("industry", "region", "size", "habit", "category"),
    "industry": ("category",),
    "size": ("category", "habit"),
}
_NAMES: dict[str, Text] = {
    "category": Text("Also buys", "也购买"),
    "industry": Text("Industry", "行业"),
    "region": Text("Region", "地区"),
    "size": Text("Size", "规模"),
}
_HABITS = ("frequency", "purchasing_power", "loyalty")
_MOST_SUBJECTS = 12
_MOST_OF_SUBJECT = 3
_RATIO_FROM = Decimal("1.25")


@dataclass(frozen=True, slots=True)
class CommonTrait:
    """One thing that customers of a class have in common more often than the others.

    Attributes:
        subject: The class whose members are looked at.
        what: Which kind of thing: a base, a habit's scheme.
        value: The class that they have in common.
        contrast: Counts of members and of all other buyers.
        chance: The chance of it, corrected for all that was asked of the class.
    """

    subject: str
    what: str
    value: str
    contrast: ClassContrast
    chance: float


def common_section(people: Population) -> Section | None:
    """Return what classes have in common; None without orders."""
    if "orders" not in people.run.facts:
        return None
    title = Text("What classes have in common", "各类客户的共同特征")
    blocks: list[Block] = []
    with buyer_traits(people):
        for side in _SUBJECTS:
            found = common_traits(people, side)
            if found:
                blocks.append(traits_table(people, side, found))
    if not blocks:
        blocks.append(
            Prose(
                (
                    Text(
                        "Nothing that {n} customers or more have in common differs from the "
                        "others by more than chance may.",
                        "在不少于 {n} 个客户的各类中，没有超出偶然范围的共同特征。",
                    ).filled(n=SMALLEST_GROUP),
                ),
                "plain",
            )
        )
    return Section("common", title, Text("In common", "共同特征"), None, tuple(blocks))


@contextmanager
def buyer_traits(people: Population, product: str | None = None) -> Iterator[None]:
    """Prepare `report_traits` (key, side, what, value): each once for each buyer of the window.

    Args:
        people: The population.
        product: A product whose buyers are looked at, or None.
    """
    region = next((c for c in ("region", "country") if people.has_column("customers", c)), "region")
    habits = [scheme.id for scheme in people.schemes if scheme.id in _HABITS]
    people.engine.run(
        """
        CREATE OR REPLACE TEMP TABLE report_traits AS
        WITH buyers AS (SELECT key, customer_id, industry, region, country FROM report_base
                        WHERE purchases > 0)
        SELECT key, 'industry' AS side, 'industry' AS what, industry AS value FROM buyers
        WHERE industry IS NOT NULL
        UNION ALL
        SELECT key, 'region', 'region', CASE WHEN $1 THEN region ELSE country END FROM buyers
        WHERE CASE WHEN $1 THEN region ELSE country END IS NOT NULL
        UNION ALL
        SELECT b.key, 'size', 'size', g.grade FROM buyers b JOIN report_grades g
          ON g.customer_id = b.customer_id WHERE g.scheme = 'size' AND g.grade IS NOT NULL
        UNION ALL
        SELECT b.key, 'habit', g.scheme, g.grade FROM buyers b JOIN report_grades g
          ON g.customer_id = b.customer_id
        WHERE list_contains($2, g.scheme) AND g.grade IS NOT NULL
        UNION ALL
        SELECT DISTINCT b.key, 'category', 'category', c.category
        FROM buyers b JOIN report_lines l ON l.key = b.key CROSS JOIN report_dates d
        JOIN report_categories c ON c.number = l.category
        WHERE l.period > d.months AND l.amount > 0
        UNION ALL
        SELECT DISTINCT b.key, 'product', 'product', o.product_id
        FROM buyers b JOIN report_orders o ON o.customer_id = b.customer_id
        JOIN report_days y ON y.day = o.ordered_on CROSS JOIN report_dates d
        WHERE y.period > d.months AND o.amount > 0 AND o.product_id = $3""",
        [region == "region", habits, product],
    )
    try:
        yield
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_traits")


def common_traits(
    people: Population, side: Side, only: str | None = None
) -> tuple[CommonTrait, ...]:
    """Return what members of each class have in common, the largest difference first.

    Members are compared with all other buyers of the window. Told is 1.25 times the others' share
    and more that at least 5 members have, in classes of at least 20 with at least 20 others, and
    that is hardly chance (Fisher's test, corrected by Holm for all that is asked of a class).

    Args:
        people: The population, with `report_traits`.
        side: Which classes.
        only: One class alone; None: the largest ones.

    Raises:
        CallError: No buyer belongs to the one class.
    """
    ((buyers,),) = people.rows("SELECT count(*) FROM report_base WHERE purchases > 0")
    targets = list(_TARGETS[side])
    sizes = dict(
        people.rows(
            "SELECT value, count(*) FROM report_traits WHERE side = ? GROUP BY value"
            " ORDER BY count(*) DESC, value",
            [side],
        )
    )
    if only is not None and only not in sizes:
        raise _nobody(only, list(sizes))
    wanted = [
        value
        for value, size in sizes.items()
        if size >= SMALLEST_GROUP and buyers - size >= SMALLEST_GROUP
    ]
    wanted = [v for v in wanted if v == only] if only is not None else wanted[:_MOST_SUBJECTS]
    totals = {
        (what, value): count
        for what, value, count in people.rows(
            "SELECT what, value, count(*) FROM report_traits WHERE list_contains(?, side)"
            " GROUP BY ALL",
            [targets],
        )
    }
    known = _known(people, side, targets, buyers, sizes)
    # That a product's buyers buy of its own category says nothing.
    own = set(
        people.rows(
            "SELECT DISTINCT product_id, category FROM report_orders"
            " WHERE list_contains(?, product_id)",
            [wanted if side == "product" else []],
        )
    )
    asked: dict[str, list[CommonTrait]] = {value: [] for value in wanted}
    for subject, what, value, both in people.rows(
        """
        SELECT s.value, t.what, t.value, count(*)
        FROM report_traits s JOIN report_traits t ON t.key = s.key
        WHERE s.side = $1 AND list_contains($2, t.side) AND list_contains($3, s.value)
          AND NOT (s.side = t.side AND s.value = t.value)
        GROUP BY ALL ORDER BY ALL""",
        [side, targets, wanted],
    ):
        if what == "category" and (subject, value) in own:
            continue
        members, others = known[(subject, what)]
        rest = totals[(what, value)] - both
        if totals[(what, value)] >= FEWEST_OF_CLASS and members and others:
            contrast = class_contrast(both, members, rest, others)
            asked[subject].append(CommonTrait(subject, what, value, contrast, contrast.chance))
    return tuple(trait for value in wanted for trait in _told(asked[value], only is not None))


def _nobody(only: str, there: Sequence[str]) -> CallError:
    near = get_close_matches(only, there, n=_MOST_OF_SUBJECT, cutoff=0.0) or list(there)
    return CallError(
        Text("No buyer of the window belongs to “{o}”.", "期内购买者中没有属于“{o}”的。").filled(
            o=only
        ),
        mend=Text("Such as: {n}.", "例如：{n}。").filled(n=", ".join(near))
        if near
        else Text("Nothing of this kind was imported.", "未导入此类数据。"),
    )


def _known(
    people: Population,
    side: Side,
    targets: Sequence[str],
    buyers: int,
    sizes: Mapping[str, int],
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return of how many members, and of how many others, it is known what they have.

    What a buyer bought is known of all; an attribute only of those who have it recorded.
    """
    whole = dict(
        people.rows(
            "SELECT what, count(DISTINCT key) FROM report_traits WHERE list_contains(?, side)"
            " GROUP BY what",
            [list(targets)],
        )
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for subject, what, members in people.rows(
        """
        SELECT s.value, t.what, count(DISTINCT s.key)
        FROM report_traits s JOIN report_traits t ON t.key = s.key
        WHERE s.side = $1 AND list_contains($2, t.side) GROUP BY ALL""",
        [side, list(targets)],
    ):
        if what == "category":
            found[(subject, what)] = (sizes[subject], buyers - sizes[subject])
        else:
            found[(subject, what)] = (members, whole[what] - members)
    return found


def _told(asked: Sequence[CommonTrait], every: bool) -> list[CommonTrait]:
    corrected = holm([trait.contrast.chance for trait in asked])
    kept = [
        CommonTrait(trait.subject, trait.what, trait.value, trait.contrast, chance)
        for trait, chance in zip(asked, corrected, strict=True)
        if chance <= SURE_FROM
        and trait.contrast.with_it >= FEWEST_OF_CLASS
        and (trait.contrast.ratio is None or trait.contrast.ratio >= _RATIO_FROM)
    ]
    kept.sort(key=lambda trait: -trait.contrast.difference)
    return kept if every else kept[:_MOST_OF_SUBJECT]


def traits_table(people: Population, side: Side, found: Sequence[CommonTrait]) -> Table:
    """Return common traits as a table."""
    title, heading = _SUBJECTS.get(side, (Text("Its buyers", "其购买者"), Text("Product", "产品")))
    return Table(
        f"common_{side}",
        title,
        (
            Column("subject", heading),
            Column("what", Text("In common", "共同点")),
            Column("value", Text("Class", "类别")),
            Column("with_it", Text("Customers", "客户数"), "number"),
            Column("members", Text("Of", "其中总数"), "number"),
            Column("share", Text("Share", "占比"), "percent", bar=True),
            Column("others", Text("Others with it", "其他客户数"), "number"),
            Column("other_share", Text("Others' share", "其他客户占比"), "percent"),
            Column("ratio", Text("Times the others", "为其他的倍数"), "number"),
        ),
        tuple(
            Row(
                (
                    name_of(people, side, trait.subject),
                    what_of(people, trait.what),
                    name_of(people, trait.what, trait.value),
                    trait.contrast.with_it,
                    trait.contrast.members,
                    _decimal(trait.contrast.share),
                    trait.contrast.others_with_it,
                    _decimal(trait.contrast.other_share),
                    None
                    if trait.contrast.ratio is None
                    else _decimal(trait.contrast.ratio, "0.01"),
                )
            )
            for trait in found
        ),
        note=Text(
            "Of those with a purchase in the window, against all others of them. Times the others"
            " is the share over the others' share; a dash means that none of the others has it."
            " Told is what is at least 1.25 times the others' for at least {m} customers, in"
            " classes of at least {n}, and hardly arises by chance.",
            "范围为期内有购买的客户，与其余客户对照。倍数 = 占比 ÷ 其他客户占比，"
            "短横表示其他客户中没有。仅列出倍数不低于 1.25、不少于 {m} 个客户、"
            "所在类别不少于 {n} 个客户且不太可能出于偶然者。",
        ).filled(m=FEWEST_OF_CLASS, n=SMALLEST_GROUP),
        draws_on=_sources(people, side),
    )


def what_of(people: Population, what: str) -> Text:
    """Return what a kind of trait is called."""
    scheme = people.scheme(what)
    if what in _NAMES:
        return _NAMES[what]
    return scheme.name if scheme is not None else Text.same(what)


def name_of(people: Population, what: str, value: str) -> Cell:
    """Return a class by its name."""
    if what in ("industry", "region"):
        return coded_name(people, what, value)
    scheme = people.scheme(what)
    if scheme is None or what == "category":
        return value
    mark = people.mark(scheme, value, None)
    return mark.name if isinstance(mark, GradeMark) else value


def _sources(people: Population, side: Side) -> frozenset[str]:
    drawn = drawn_from(people, people.scheme("size"), *(people.scheme(one) for one in _HABITS))
    return drawn | {"orders.category", "customers.industry", "customers.region", f"orders.{side}"}


def _decimal(value: Fraction, places: str = "0.0001") -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), rounding=ROUND_HALF_UP)
