"""Files of lines, each a JSON object: read whole or refused with one line that names file, line and cure."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import QuestionsError


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise QuestionsError(f"{path}：没有这个文件；请检查路径") from error
    except OSError as error:
        raise QuestionsError(f"{path}：无法读取（{error.strerror}）；请检查文件和权限") from error


def read_lines(path: Path, data: bytes | None = None) -> list[tuple[int, str]]:
    """The lines that are not empty, with their numbers; `data` is what the path holds where it cannot be read, as of `-`.

    Raises: QuestionsError, also for bytes that are not UTF-8.
    """
    found = []
    for number, raw in enumerate((_bytes(path) if data is None else data).splitlines(), 1):
        try:
            line = raw.decode("utf-8-sig")  # files that were put together have marks within, too
        except UnicodeDecodeError as error:
            raise QuestionsError(f"{path} 第 {number} 行：不是 UTF-8；请把整个文件另存为 UTF-8 编码") from error
        if line.strip():
            found.append((number, line))
    return found


def read_objects(path: Path, data: bytes | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each line stands and the JSON object that it holds. Raises: QuestionsError, also for an empty file."""
    lines = read_lines(path, data)
    if not lines:
        raise QuestionsError(f"{path}：文件是空的；每行应为一个 JSON 对象")
    for number, line in lines:
        where = f"{path} 第 {number} 行"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise QuestionsError(f"{where}：不是 JSON（{error}）；每行应为一个 JSON 对象") from error
        if not isinstance(value, dict):
            raise QuestionsError(f"{where}：不是 JSON 对象；每行应为一个 JSON 对象")
        yield where, value


def read_id(where: str, value: dict[str, Any], key: str = "id") -> str:
    """The id of a line. Raises: QuestionsError for one that is missing, empty or would break a TREC file."""
    found = value.get(key)
    if not isinstance(found, str | int) or isinstance(found, bool) or not str(found):
        raise QuestionsError(f"{where}：字段 {key} 缺失或不是文字；请补上")
    if any(c.isspace() for c in str(found)):
        raise QuestionsError(f"{where}：{key} “{found}” 含有空白，写不进 TREC 文件；请去掉空白")
    return str(found)


def read_text(where: str, value: dict[str, Any], key: str) -> str:
    """A field that must be text. Raises: QuestionsError."""
    found = value.get(key)
    if not isinstance(found, str):
        what = "缺失" if key not in value else f"应为文字，现为 {json.dumps(found, ensure_ascii=False)[:30]}"
        raise QuestionsError(f"{where}：字段 {key} {what}；请{'补上' if key not in value else '改正'}")
    return found
