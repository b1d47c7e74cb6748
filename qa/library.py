"""The documents of a home beside its index: uploaded ones that wait for approval, and retired ones that are still read.

```
HOME/documents/drafts/ID/      ID.txt, ID.meta.json, draft.json (who, when, notes, whether approved), the file as it came
HOME/documents/retired/ID/     ID.txt, what stood beside it, retired.json (who, when, what replaced it)
```

What has been acknowledged lies on the disk: a folder is written under another name, flushed, and renamed in one step.
"""

import contextlib
import json
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from corpus.errors import SourceError
from corpus.load import SHIPPED, Source, load_source, shipped_path, source_of
from corpus.meta import PlanMeta
from index.cache import cached_embedder
from index.disk import remove_folder, write_file, write_folder
from index.settings import Settings
from index.shelf import Catalogue, Entry, change, read_catalogue
from index.shelf import source_of as source_in_index
from index.store import Progress

MAX_NAME = 180  # bytes: with what is added to a name it still fits into the 255 that file systems take
_STATE, _RETIRED = "draft.json", "retired.json"
_KEPT_BESIDE = (".meta.json", ".lexicon.txt", ".glossary.tsv")  # hold for a newer text of the same plan, too


@dataclass(frozen=True)
class Draft:
    """An uploaded document that waits for approval, or for its place in the index once it is approved.

    `file` is the name it came with; `replaces` the plan that it takes the place of, "" for none.
    """

    id: str
    file: str
    by: str
    at: str
    notes: tuple[str, ...] = ()
    approved: bool = False
    replaces: str = ""


def plan_id(file: str) -> str:
    """The name that a plan gets from its file's: no path, no control characters. Raises: SourceError."""
    stem = Path(file.replace("\\", "/")).stem
    name = "".join(c for c in stem if unicodedata.category(c)[0] != "C").strip(". ")
    name = name.encode()[:MAX_NAME].decode("utf-8", "ignore").strip(". ")
    if not name:
        raise SourceError(f"{file or '（空）'}：文件名里没有可用的名字；请改名")
    return name


def _unless_reserved(name: str) -> None:
    """Raises: SourceError for the name of the shipped plan: an index whose text of it is another is not opened."""
    if name == SHIPPED:
        raise SourceError(f"{SHIPPED} 是软件自带计划的名字；请把文件改名，再选择取代它")


@dataclass(frozen=True)
class _Gone:
    """A plan that leaves the index: who decided that, and the plan that takes its place, "" for none."""

    plan: Entry
    by: str = ""
    replaced_by: str = ""


_Change = tuple[list[Source | Entry], list[_Gone]]


class Library:
    """What of a home's documents is not in the index. Safe to use from several threads and processes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._drafts = settings.home / "documents" / "drafts"
        self._retired = settings.home / "documents" / "retired"
        self._read: dict[tuple[str, int], Source] = {}
        self._writing = threading.Lock()  # a folder is replaced in two steps

    # ---- drafts -----------------------------------------------------------------------------------------------------

    def submit(self, file: str, data: bytes, by: str) -> Draft:
        """Keep an uploaded document; one of the same name that waits for approval is replaced. Raises: SourceError."""
        name, suffix = plan_id(file), Path(file).suffix.lower()
        _unless_reserved(name)
        source = source_of(name + suffix, data)
        draft = Draft(name, Path(file).name, by, _now(), source.notes, replaces=name if name in self.live_names() else "")
        meta = _json(replace(source.plan.meta, sha256="").to_json())
        state = _json(asdict(draft))
        files = {f"{name}.txt": source.data, f"{name}.meta.json": meta, _STATE: state, f"original{suffix}": data}
        folder = self._drafts / name
        with self._writing, _disk_errors(folder):
            write_folder(folder, files)
        return draft

    def live_names(self) -> frozenset[str]:
        """The names of the plans of the index as it is on the disk now."""
        return frozenset(self.live())

    def live(self) -> dict[str, Entry]:
        """The plans of the index as it is on the disk now."""
        return {entry.id: entry for entry in read_catalogue(self._settings)[1].plans}

    def drafts(self) -> list[Draft]:
        """What waits for approval or for the index, the oldest first."""
        found = [d for d in map(self.draft, _names(self._drafts)) if d]
        return sorted(found, key=lambda d: d.at)

    def draft(self, name: str) -> Draft | None:
        """The draft of this name."""
        value = _state(self._drafts, name, _STATE)
        return Draft(**{**value, "notes": tuple(value["notes"])}) if value else None

    def source(self, draft: Draft) -> Source:
        """The document of a draft, as it would go live."""
        return load_source(self._drafts / draft.id / f"{draft.id}.txt")

    def edit(self, draft: Draft, meta: PlanMeta, replaces: str) -> Draft:
        """Change what is said about a draft. Raises: SourceError for a plan that is to be replaced and is none."""
        if replaces and replaces not in self.live_names():
            raise SourceError(f"没有计划 {replaces}；请从列表中选择要取代的计划")
        folder = self._drafts / draft.id
        draft = replace(draft, replaces=replaces)
        with _disk_errors(folder):
            write_file(folder / f"{draft.id}.meta.json", _json(replace(meta, sha256="").to_json()))
            write_file(folder / _STATE, _json(asdict(draft)))
        return draft

    def approve(self, draft: Draft) -> None:
        """Mark a draft to go live; `publish` takes it into the index, after a restart too."""
        folder = self._drafts / draft.id
        with _disk_errors(folder):
            write_file(folder / _STATE, _json(asdict(replace(draft, approved=True))))

    def discard(self, draft: Draft) -> None:
        """Forget a draft."""
        remove_folder(self._drafts / draft.id)

    # ---- what goes live, and what no longer is ----------------------------------------------------------------------

    def approved(self) -> list[Draft]:
        """What is to go live and is not yet."""
        return [draft for draft in self.drafts() if draft.approved]

    def publish(self, progress: Progress) -> Catalogue | None:
        """Take all approved drafts into the index; None where there are none. Raises: IndexBusyError, IndexError_."""
        with self._writing:  # what is uploaded under the same name from now on is not approved
            drafts = [(draft, self.source(draft)) for draft in self.approved()]
        if not drafts:
            return None

        def with_drafts(live: dict[str, Entry]) -> _Change:
            plans, leaving = dict[str, Source | Entry](live), list[_Gone]()
            for draft, source in drafts:
                for name in sorted({draft.id, draft.replaces} & live.keys() & plans.keys()):
                    del plans[name]
                    if name != draft.id or live[name].sha256 != source.sha256:  # else only what is known of it has changed
                        leaving.append(_Gone(live[name], draft.by, draft.id))
                before = live.get(draft.id)
                plans[draft.id] = _with_data_of(source_in_index(self._settings, before), source) if before else source
            return list(plans.values()), leaving

        catalogue = self._change(with_drafts, progress)
        for draft, _ in drafts:
            with self._writing:
                if self.draft(draft.id) == draft:  # else another text of that name has been uploaded meanwhile
                    self.discard(draft)
        return catalogue

    def retire(self, name: str, by: str, progress: Progress) -> Catalogue:
        """Take a plan out of the index; it is still read. Raises: SourceError for the last one, or none of that name."""

        def without(live: dict[str, Entry]) -> _Change:
            if name not in live:
                raise SourceError(f"没有计划 {name}；planqa plans 列出全部计划")
            if len(live) == 1:
                raise SourceError(f"{name} 是唯一的计划；请先加入别的计划，或关闭公众页面")
            return [entry for entry in live.values() if entry.id != name], [_Gone(live[name], by)]

        return self._change(without, progress)

    def restore(self, name: str, progress: Progress) -> Catalogue:
        """Take a retired plan into the index again. Raises: SourceError where there is none, or one of its name is live."""
        source = self.retired().get(name)

        def with_it(live: dict[str, Entry]) -> _Change:
            if source is None or name in live:
                raise SourceError(f"{name}：没有这个已停用的计划，或同名计划正在使用；planqa plans 列出全部计划")
            # the software may have come with a newer text since
            return [*live.values(), load_source(shipped_path()) if name == SHIPPED else source], []

        return self._change(with_it, progress)

    def add(self, sources: Sequence[Source], progress: Progress) -> Catalogue:
        """Take documents into the index; those of the same name are replaced, and stay readable. Raises: SourceError."""
        new = {s.plan.id: s for s in sources}
        if SHIPPED in new and new[SHIPPED] != load_source(shipped_path()):
            _unless_reserved(SHIPPED)

        def with_them(live: dict[str, Entry]) -> _Change:
            old = (entry for entry in live.values() if entry.id in new)
            changed = [_Gone(entry, replaced_by=entry.id) for entry in old if entry.sha256 != new[entry.id].sha256]
            return [*(entry for entry in live.values() if entry.id not in new), *new.values()], changed

        return self._change(with_them, progress)

    def _change(self, what: Callable[[dict[str, Entry]], _Change], progress: Progress) -> Catalogue:
        """Build what is to be live. What leaves is kept first: a process that is killed meanwhile loses nothing."""
        with contextlib.ExitStack() as undo:  # where the build fails the index still has what should have left it

            def plans() -> list[Source | Entry]:
                wanted, leaving = what(self.live())
                for gone in leaving:
                    folder = self._retire(source_in_index(self._settings, gone.plan), gone.by, gone.replaced_by)
                    if folder:
                        undo.callback(remove_folder, folder)
                return wanted

            catalogue = change(plans, self._settings, cached_embedder(self._settings), progress)
            undo.pop_all()
        self._make_room()
        return catalogue

    def _retire(self, source: Source, by: str, replaced_by: str) -> Path | None:
        """Keep a plan for reading. Returns: its folder, None where this very text had one already."""
        name = self._free_name(source, taken=replaced_by)
        folder = self._retired / name
        known = folder.exists()
        # its own data unchanged, so that it can be taken into use again as what it was
        meta = {".meta.json": _json(replace(source.plan.meta, sha256="").to_json())}
        beside = {f"{name}{suffix}": data for suffix, data in (meta | dict(source.sidecars)).items()}
        state = {"by": by, "at": _now(), "replaced_by": replaced_by}
        with _disk_errors(folder):
            write_folder(folder, {f"{name}.txt": source.data, **beside, _RETIRED: _json(state)})
        return None if known else folder

    def _make_room(self) -> None:
        """A retired plan whose name is in use now would not be found under it: it gets another, unless it is the same text."""
        live = self.live()
        for name in sorted(live.keys() & set(_names(self._retired))):
            old, state = self.retired_source(name), _state(self._retired, name, _RETIRED) or {}
            if old and old.sha256 != live[name].sha256:
                self._retire(old, str(state.get("by", "")), name)
            remove_folder(self._retired / name)

    def _free_name(self, source: Source, taken: str) -> str:
        """The plan's own, unless that is taken by what replaces it; else one that no other text of it has."""
        own = source.plan.id
        paths = ((name, self._retired / name / f"{name}.txt") for name in (own, *(f"{own}~{i}" for i in range(1, 10_000))))
        return next(n for n, path in paths if n != taken and (not path.exists() or path.read_bytes() == source.data))

    def retired(self) -> dict[str, Source]:
        """The plans that are no longer asked, each still to be read under its name."""
        return {name: source for name in _names(self._retired) if (source := self.retired_source(name))}

    def retired_source(self, name: str) -> Source | None:
        """A plan that is no longer asked."""
        if name not in _names(self._retired):
            return None
        path = self._retired / name / f"{name}.txt"
        key = name, path.stat().st_mtime_ns
        if key not in self._read:
            self._read[key] = load_source(path)
        return self._read[key]

    def replaced_by(self, name: str) -> str:
        """The plan that a retired one was replaced by, "" for none."""
        return str((_state(self._retired, name, _RETIRED) or {}).get("replaced_by", ""))


def _with_data_of(before: Source, source: Source) -> Source:
    """A newer text with the word lists of the one before; its renderings and questions belong to the old sentences."""
    same = before.sha256 == source.sha256
    kept = {suffix: data for suffix, data in before.sidecars if same or suffix in _KEPT_BESIDE} | dict(source.sidecars)
    return source_of(f"{source.plan.id}.txt", source.data, tuple(kept.items()))


# ---- files ----------------------------------------------------------------------------------------------------------


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _names(folder: Path) -> Iterator[str]:
    """What there is; a name that somebody asks for is looked for here, for it may be none that a file can have."""
    if folder.is_dir():
        yield from sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def _state(folder: Path, name: str, file: str) -> dict[str, Any] | None:
    if name not in _names(folder):
        return None
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        value: dict[str, Any] = json.loads((folder / name / file).read_bytes())
        return value
    return None


@contextlib.contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{folder}：写不进（{error.strerror}）；请检查空间和权限") from error
