"""From nothing to a usable index: what the commands and the page do before they answer."""

from pathlib import Path

from corpus.errors import IndexError_, IndexMissingError, SourceError
from corpus.load import SHIPPED, load_sources, shipped_path
from index.cache import cached_embedder
from index.settings import Settings
from index.store import Manifest, Progress, build, check, read_manifest


def build_index(settings: Settings, files: list[Path], progress: Progress, *, rebuild: bool = False) -> tuple[Manifest, bool]:
    """The index of exactly these documents (the shipped plan when none is named), and whether it was built now.

    One that is there already and was made of the same is kept, unless `rebuild`: that builds anew, and without files from
    the documents of the index that is there. Raises: SourceError, IndexBusyError,
    IndexError_.
    """
    files = named(files) or (_indexed(settings) if rebuild else [])
    sources = load_sources(files)
    if not rebuild and _is_current(settings, files):
        return read_manifest(settings)[1], False
    return build(sources, settings, cached_embedder(settings), progress), True


def _indexed(settings: Settings) -> list[Path]:
    """The documents of the index that is there, as far as it can be read; the shipped plan in its present form."""
    try:
        folder, manifest = read_manifest(settings)
    except IndexError_:
        return []
    paths = [shipped_path() if plan == SHIPPED else folder / "plans" / f"{plan}.txt" for plan, _ in manifest.plans]
    return paths if all(path.is_file() for path in paths) else []


def named(files: list[Path]) -> list[Path]:
    """The same files. Raises: SourceError where a name is no text."""
    # a document's name is part of every id in the index, and those are UTF-8
    stray = next((f for f in files if any("\ud800" <= c <= "\udfff" for c in f.name)), None)
    if stray:
        raise SourceError(f"{stray.name!r}：文件名不是 UTF-8；请改名")
    return files


def _is_current(settings: Settings, files: list[Path]) -> bool:
    from index.store import open_index

    try:
        stored = open_index(settings)
        check(stored.manifest, load_sources(files), settings)
    except IndexError_:  # none, damaged, or of other documents: these are asked for now
        return False
    return True


def ensure_index(settings: Settings, progress: Progress) -> None:
    """Build the shipped plan's index if this home has none. Raises: what an index that is there and does not fit raises."""
    try:
        read_manifest(settings)
    except IndexMissingError:
        build(load_sources([]), settings, cached_embedder(settings), progress)
