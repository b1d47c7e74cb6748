"""What lies on the disk whole or not at all, whenever the machine stops."""

import contextlib
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path


def _flush(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _flush_folder(path: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened
        _flush(path)


def write_file(path: Path, data: bytes) -> None:
    """The whole file or nothing of it. Raises: OSError."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    _flush(part)
    os.replace(part, path)
    _flush_folder(path.parent)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """The whole folder or nothing of it; one of that name is replaced. Raises: OSError."""
    part = folder.with_name(f".{folder.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        part.mkdir(parents=True)
        for name, data in files.items():
            (part / name).write_bytes(data)
        move_whole(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def move_whole(part: Path, folder: Path) -> None:
    """Give a folder that has been written its name, all that is in it or nothing; one of that name is replaced.

    Raises: OSError.
    """
    for path in part.rglob("*"):
        if path.is_file():
            _flush(path)
    for inner in (*(path for path in part.rglob("*") if path.is_dir()), part):
        _flush_folder(inner)
    if folder.exists():
        remove_folder(folder)
    os.replace(part, folder)
    _flush_folder(folder.parent)


def remove_folder(folder: Path) -> None:
    """Gone in one step: what is half deleted bears a name that nobody reads. Raises: OSError."""
    gone = folder.with_name(f".{folder.name}.{time.monotonic_ns()}.gone")
    with contextlib.suppress(FileNotFoundError):
        os.replace(folder, gone)
    shutil.rmtree(gone, ignore_errors=True)
