"""A name as comparisons need it: Latin tokens, without accents, marks and legal forms.

Letters of other scripts are transliterated: Chinese by pinyin (surname first, the given name as one
token), all others by the anyascii tables. Scripts that leave out vowels (Arabic, Hebrew) are also
compared by their consonants, because a transliteration cannot restore what is not written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kefen.domain.errors import CallError
from kefen.domain.text import Text

_LEGAL_WORDS = (
    "ab ag as asa aps bhd bv co company corp corporation cv eeig gmbh inc incorporated jsc kg "
    "kk limited llc llp ltd ltda nv oao ojsc ooo oy pao pjsc plc pt pte pty sa sae sal sarl "
    "sas sdn sl spa spol srl srls the zao "
)
_LEGAL = frozenset(_LEGAL_WORDS.split())
_TITLE_WORDS = "mr mrs ms miss dr prof sir sheikh shaykh jr sr senior junior"
_TITLES = frozenset(_TITLE_WORDS.split())
_CHINESE_LEGAL = ("股份有限公司", "有限责任公司", "有限公司", "集团", "公司", "（", "）", "(", ")")
_COMPOUND = "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 夏侯 端木 南宫"
_COMPOUND_SURNAMES = frozenset(_COMPOUND.split())
_HAN = re.compile(r"[\u3400-\u9fff]+")
_WITHOUT_VOWELS = re.compile(r"[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f]")
_APOSTROPHES = re.compile(r"['`´’ʼʻ‘]")
_NOT_A_TOKEN = re.compile(r"[^0-9a-z]+")
_VOWELS = re.compile(r"[aeiouyw]+")
_DOUBLED = re.compile(r"(.)\1+")
_LONGEST_PERSON = 4


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name, ready to be compared.

    Attributes:
        written: The name as written.
        tokens: Its tokens in Latin letters, in their order; legal forms and titles are left out
            unless nothing else is there.
        compact: The tokens without blanks.
        transliterated: Whether letters of another script were transliterated.
        without_vowels: Whether it was written in a script that leaves out vowels.
    """

    written: str
    tokens: tuple[str, ...]
    compact: str
    transliterated: bool
    without_vowels: bool

    @property
    def consonants(self) -> tuple[str, ...]:
        """Return the tokens by their consonants, each doubled one once."""
        return tuple(found for token in self.tokens if (found := consonants(token)))


def consonants(token: str) -> str:
    """Return a token without vowels and half-vowels, doubled letters once; `q` reads as `k`."""
    return _DOUBLED.sub(r"\1", _VOWELS.sub("", token.replace("q", "k").replace("c", "k")))


def name_form(name: str) -> NameForm:
    """Return a name as comparisons need it.

    Raises:
        CallError: The packages for screening are not installed.
    """
    text = unicodedata.normalize("NFKC", name).strip()
    latin = _latin(text)
    words = [w for w in _NOT_A_TOKEN.split(_APOSTROPHES.sub("", latin.casefold())) if w]
    words = _joined_initials(words)
    kept = [w for w in words if w not in _LEGAL and w not in _TITLES]
    tokens = tuple(kept or words)
    return NameForm(
        name,
        tokens,
        "".join(tokens),
        transliterated=any(ord(letter) > 0x24F for letter in text),
        without_vowels=_WITHOUT_VOWELS.search(text) is not None,
    )


def _joined_initials(words: list[str]) -> list[str]:
    """Join single letters that follow each other: `s a l` of S.A.L. is one token."""
    joined: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            joined.append(run)
            run = ""
        if word:
            joined.append(word)
    return joined


def _latin(text: str) -> str:
    if text.isascii():
        return text
    try:
        from anyascii import anyascii
    except ImportError as error:
        raise missing_packages() from error
    if _HAN.search(text):
        text = _HAN.sub(lambda found: f" {_pinyin(found[0], alone=found[0] == text)} ", text)
    return str(anyascii(text))


def _pinyin(han: str, *, alone: bool) -> str:
    """Return Chinese characters by their sound; those of a person as surname and given name."""
    try:
        from pypinyin import Style, lazy_pinyin
    except ImportError as error:
        raise missing_packages() from error
    if alone and 1 < len(han) <= _LONGEST_PERSON:
        cut = 2 if han[:2] in _COMPOUND_SURNAMES and len(han) > 2 else 1
        surname = lazy_pinyin(han[:cut], style=Style.NORMAL)
        given = lazy_pinyin(han[cut:], style=Style.NORMAL)
        return f"{''.join(surname)} {''.join(given)}".replace("ü", "u")
    for form in _CHINESE_LEGAL:
        han = han.replace(form, "") or han
    return " ".join(lazy_pinyin(han, style=Style.NORMAL)).replace("ü", "u")


def missing_packages() -> CallError:
    """Return the error that the packages for screening are not installed."""
    return CallError(
        Text(
            "Screening names needs packages that are not installed.",
            "名单筛查所需的软件包未安装。",
        ),
        mend=Text(
            "Install them: pip install 'kefen[screening]'", "请安装：pip install 'kefen[screening]'"
        ),
    )
