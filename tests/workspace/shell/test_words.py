"""Every page speaks both languages, and nothing is written in only one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kefen.workspace
from kefen.domain.text import Text

FOLDER = Path(kefen.workspace.__file__).parent
TEMPLATES = sorted(FOLDER.rglob("templates/**/*.html"))
_SAY = re.compile(r'\{% say "([^"]*)" "([^"]*)"((?: [^%]*)?) ?%\}')
_ANY_SAY = re.compile(r"\{% say ")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<svg.*?</svg>", re.S)
_WORDS = re.compile(r">([^<]*[A-Za-z\u4e00-\u9fff]{2,}[^<]*)<")
_ATTRIBUTES = re.compile(
    r'(?:aria-label|title|placeholder|alt)="([^"{]*[A-Za-z\u4e00-\u9fff]{2,}[^"{]*)"'
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_everything_in_both_languages(path):
    text = path.read_text(encoding="utf-8")
    found = _SAY.findall(text)
    assert len(found) == len(_ANY_SAY.findall(text)), "a {% say %} that this test cannot read"
    for english, chinese, given in found:
        assert english and not _CHINESE.search(english), english
        assert _CHINESE.search(chinese), chinese
        fields = Text(english, chinese).placeholders()
        assert fields[0] == fields[1], (english, chinese)
        named = set(re.findall(r"(\w+)=", given))
        assert named == fields[0], (english, given)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_bare_words(path):
    text = path.read_text(encoding="utf-8")
    bare = [word.strip() for word in _WORDS.findall(_TAG.sub("", text))]
    bare += _ATTRIBUTES.findall(text)
    # The switch of languages names each in itself.
    assert [
        word for word in bare if word not in ("EN", "中", "Switch to English", "切换为中文")
    ] == []


@pytest.mark.parametrize(("language", "words"), [("en", "Overview"), ("zh-CN", "分级总览")])
def test_the_browser_s_language_is_taken_until_one_is_chosen(language, words, signed_in):
    client = signed_in("manager", language)
    page = client.get("/").content.decode()
    assert words in page
    assert f'lang="{"zh-CN" if language == "zh-CN" else "en"}"' in page
    client.post("/language/", {"language": "zh-hans", "next": "/customers/"})
    assert "分级总览" in client.get("/").content.decode()


def test_the_theme_is_in_the_first_answer(signed_in):
    client = signed_in("manager")
    assert "data-theme" not in client.get("/").content.decode().split("\n")[1]
    answer = client.post("/theme/", {"theme": "dark", "next": "/customers/"})
    assert answer.headers["Location"] == "/customers/"
    assert 'data-theme="dark"' in client.get("/").content.decode()


def test_a_way_back_leads_nowhere_else(signed_in):
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        answer = signed_in("manager").post("/theme/", {"theme": "dark", "next": elsewhere})
        assert answer.headers["Location"] == "/"


def test_a_name_that_the_workspace_does_not_have_is_told_with_the_mend(signed_in):
    for language, what in (("en", "does not answer to the name"), ("zh", "不接受此地址中的主机名")):
        answer = signed_in("manager", language).get("/", headers={"Host": "other.example"})
        assert answer.status_code == 400
        assert what in answer.content.decode()
        assert "kefen serve --name" in answer.content.decode()
