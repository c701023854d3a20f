"""The demonstration's files, written once in each language."""

from collections.abc import Callable

import pytest

from kefen.demo import DemoFiles, write_demo_files
from kefen.domain.text import LANGUAGES, Language


@pytest.fixture(scope="session")
def demo_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Language], DemoFiles]:
    written = {
        language: write_demo_files(tmp_path_factory.mktemp("demo") / "deep" / language, language)
        for language in LANGUAGES
    }
    return lambda language: written[language]


@pytest.fixture(scope="session")
def demo(demo_in: Callable[[Language], DemoFiles]) -> DemoFiles:
    return demo_in("en")
