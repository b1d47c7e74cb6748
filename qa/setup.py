"""From nothing to a usable index: what the commands and the page do before they answer."""

from collections.abc import Sequence
from pathlib import Path

from corpus.errors import IndexError_, IndexMissingError, SourceError
from corpus.load import SHIPPED, Source, load_sources, shipped_path
from index.cache import cached_embedder
from index.settings import Settings
from index.shelf import Catalogue, Shelf, build, documents, read_catalogue
from index.store import Progress, describe


def build_index(settings: Settings, files: list[Path], progress: Progress, *, rebuild: bool = False) -> tuple[Catalogue, bool]:
    """The index of exactly these documents (the shipped plan when none is named), and whether it was built now.

    One that is there already and was made of the same is kept, unless `rebuild`: that builds anew, and without files from
    the documents of the index that is there. Raises: SourceError, IndexBusyError,
    IndexError_.
    """
    files = named(files) or (_indexed(settings) if rebuild else [])
    sources = load_sources(files)
    if not rebuild and _is_current(settings, sources):
        return read_catalogue(settings)[1], False
    return build(sources, settings, cached_embedder(settings), progress, anew=rebuild), True


def _indexed(settings: Settings) -> list[Path]:
    """The documents of the index that is there, as far as it can be read; the shipped plan in its present form."""
    paths = [shipped_path() if plan == SHIPPED else path for plan, path in documents(settings).items()]
    return paths if all(path.is_file() for path in paths) else []


def named(files: list[Path]) -> list[Path]:
    """The same files. Raises: SourceError where a name is no text."""
    # a document's name is part of every id in the index, and those are UTF-8
    stray = next((f for f in files if any("\ud800" <= c <= "\udfff" for c in f.name)), None)
    if stray:
        raise SourceError(f"{stray.name!r}：文件名不是 UTF-8；请改名")
    return files


def _is_current(settings: Settings, sources: Sequence[Source]) -> bool:
    try:
        shelf = Shelf.open(settings)
        built = [shelf.index(name).manifest for name in shelf.entries]
    except IndexError_:  # none, or damaged
        return False
    return built == [describe(source, settings) for source in sources]


def ensure_index(settings: Settings, progress: Progress) -> None:
    """Build the shipped plan's index if this home has none. Raises: what an index that is there and does not fit raises."""
    try:
        read_catalogue(settings)
    except IndexMissingError:
        build(load_sources([]), settings, cached_embedder(settings), progress)
