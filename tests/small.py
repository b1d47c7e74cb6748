"""Two small plans of fictional districts, and homes of their own in which they can be asked."""

import json
from dataclasses import replace
from pathlib import Path

from corpus.load import load_sources
from index.cache import cached_embedder
from index.embed import Embedder
from index.settings import Settings
from index.shelf import build
from qa.library import Draft, Library
from qa.pipeline import PlanQA
from qa.record import Record
from qa.web.service import Service


def text(place: str, walk: int, beds: int, years: str = "2021—2023年", extra: str = "") -> str:
    """A plan of two sections, in which each figure is another."""
    return (
        f"{place}便民服务行动计划（{years}）\n\n为方便群众，制定本计划。\n\n"
        f"一、健身步道\n新建健身步道{walk}公里，沿河布置，夜间照明。\n\n"
        f"二、养老服务\n新增养老床位{beds}张，由民政局牵头。\n{extra}"
    )


YUNLING, QINGXI = text("云岭县", 61, 310), text("青溪县", 47, 520)
NEWER = text("云岭县", 72, 350, "2024—2026年")
WALK = "云岭县新建健身步道多少公里"
IDS = ("云岭", "青溪")


def write(folder: Path, name: str, content: str, place: str = "") -> Path:
    """A document; with its place beside it, which for one that exists nowhere cannot be read from its title."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.txt"
    path.write_text(content, encoding="utf-8")
    if place:
        (folder / f"{name}.meta.json").write_text(json.dumps({"place": [place]}), encoding="utf-8")
    return path


def quiet(done: int, total: int) -> None:
    """Show nothing."""


def make_home(folder: Path, *names: str) -> Settings:
    """A home in which these plans have been built: of 云岭 (the default), 青溪, 云岭二 (the next round of 云岭)."""
    contents = {"云岭": (YUNLING, "云岭县"), "青溪": (QINGXI, "青溪县"), "云岭二": (NEWER, "云岭县")}
    paths = [write(folder / "in", name, *contents[name]) for name in names or ("云岭",)]
    settings = Settings.load(environ={}, home=folder / "home")
    build(load_sources(paths), settings, cached_embedder(settings), quiet)
    return settings


def engine(folder: Path, name: str, content: str, embedder: Embedder) -> PlanQA:
    """The engine on one document of 青溪县, without any data but its place."""
    settings = Settings.load(environ={}, home=folder / "home")
    build(load_sources([write(folder, name, content, "青溪县")]), settings, embedder, quiet)
    return PlanQA.open(settings)


def serving(settings: Settings, record: Record) -> Service:
    """The service on a home."""
    return Service(PlanQA.open(settings), record, settings)


def approve(library: Library, file: str, content: str, *, replaces: str = "", place: str = "") -> Draft:
    """An uploaded document that has been approved; the official may have named its place."""
    draft = library.submit(file, content.encode(), "王芳")
    meta = library.source(draft).plan.meta
    draft = library.edit(draft, replace(meta, place=(place,)) if place else meta, replaces or draft.replaces)
    library.approve(draft)
    return draft
