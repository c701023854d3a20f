"""How alike two names are, and which parts of them say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.methods.screening.names import missing_packages
from kefen.methods.screening.short_forms import COMMON_FORM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kefen.methods.screening.names import NameForm

ALIKE = 0.84
"""Two tokens are paired from this Jaro-Winkler similarity on."""
_INITIAL = 0.9
SHORT_FORM = 0.95
"""How alike two forms of one given name are, such as Bob and Robert."""
_EXCESS = 0.25
_BY_CONSONANTS = 0.95
_SHORTEST_COMPACT = 6
PLACES = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens that were taken for each other.

    Attributes:
        ours: The token of the customer's name.
        listed: The token of the name on the list.
        alike: Their similarity, 0 to 1.
    """

    ours: str
    listed: str
    alike: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two names compared.

    Attributes:
        score: 0 to 100; the largest of the three below.
        by_tokens: Token by token, rare ones weighing more.
        by_letters: Written without blanks, letter by letter; 0 for short names.
        by_consonants: By the consonants, where one was written without vowels; else 0.
        pairs: Which tokens were taken for each other.
        only_ours: Tokens of the customer's name without a partner.
        only_listed: Tokens of the listed name without a partner.
    """

    score: float
    by_tokens: float
    by_letters: float
    by_consonants: float
    pairs: tuple[Pair, ...]
    only_ours: tuple[str, ...]
    only_listed: tuple[str, ...]


def compare(ours: NameForm, listed: NameForm, weight: Callable[[str], float]) -> Comparison:
    """Compare a customer's name with a listed one.

    By tokens: the tokens are paired, the most alike first. The score is the similarity of the
    pairs, weighed by how rare their tokens are on the list, over the weight of the pairs, of the
    unpaired tokens of the side that has less left over, and of a quarter of what the other has
    more. So a middle name that one side lacks costs little, a different surname much.

    Args:
        ours: The customer's name.
        listed: The name on the list.
        weight: How much a token weighs: the rarer on the list, the more.

    Returns:
        The comparison; scores have one decimal.
    """
    try:
        from rapidfuzz import fuzz
    except ImportError as error:
        raise missing_packages() from error
    tokens, pairs, left, right = _aligned(ours.tokens, listed.tokens, weight)
    letters = 0.0
    if min(len(ours.compact), len(listed.compact)) >= _SHORTEST_COMPACT:
        letters = float(fuzz.ratio(ours.compact, listed.compact))
    bones = 0.0
    if ours.without_vowels != listed.without_vowels:
        bones = _BY_CONSONANTS * _aligned(ours.consonants, listed.consonants, lambda _: 1.0)[0]
    tokens, letters, bones = (round(part, PLACES) for part in (tokens, letters, bones))
    return Comparison(max(tokens, letters, bones), tokens, letters, bones, pairs, left, right)


def _aligned(
    ours: Sequence[str], listed: Sequence[str], weight: Callable[[str], float]
) -> tuple[float, tuple[Pair, ...], tuple[str, ...], tuple[str, ...]]:
    """Return (score of 100, pairs, tokens left on our side, tokens left on the list's)."""
    from rapidfuzz.distance import JaroWinkler

    found = sorted(
        (
            (-_similar(a, b, JaroWinkler.normalized_similarity), place, other)
            for place, a in enumerate(ours)
            for other, b in enumerate(listed)
        )
    )
    rest_ours, rest_listed = dict(enumerate(ours)), dict(enumerate(listed))
    pairs: list[Pair] = []
    mass = alike = 0.0
    for negative, place, other in found:
        if -negative < ALIKE:
            break
        if place in rest_ours and other in rest_listed:
            pair = Pair(rest_ours.pop(place), rest_listed.pop(other), round(-negative, 4))
            heavy = (weight(pair.ours) + weight(pair.listed)) / 2
            mass += heavy
            alike += heavy * pair.alike
            pairs.append(pair)
    left = sum(weight(token) for token in rest_ours.values())
    right = sum(weight(token) for token in rest_listed.values())
    less, more = min(left, right), max(left, right)
    whole = mass + less + _EXCESS * (more - less)
    score = 100 * alike / whole if whole > 0 else 0.0
    return score, tuple(pairs), tuple(rest_ours.values()), tuple(rest_listed.values())


def _similar(a: str, b: str, measure: Callable[[str, str], float]) -> float:
    if a == b:
        return 1.0
    if min(len(a), len(b)) == 1:
        return _INITIAL if a[0] == b[0] and a.isalpha() and b.isalpha() else 0.0
    common = COMMON_FORM.get(a)
    if common is not None and common == COMMON_FORM.get(b):
        return max(SHORT_FORM, float(measure(a, b)))
    # Numbers (flight numbers, years) are equal or they are not.
    if a.isdigit() or b.isdigit():
        return 0.0
    return float(measure(a, b))
