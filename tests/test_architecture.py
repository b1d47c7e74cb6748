"""What holds of the code as a whole: who imports whom, what an import costs, whose words stand in it."""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path

import pytest

from corpus import errors

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("corpus", "index", "qa", "app")  # the left never imports the right
FILES = sorted([*(f for room in ROOMS[:3] for f in (ROOT / room).rglob("*.py")), ROOT / "app.py"])
HEAVY = ("torch", "chromadb", "gradio", "langchain_core", "langchain", "sentence_transformers", "jieba", "numpy", "opencc")
# each framework, and the one room that may know it
FRAMEWORKS = {
    "jieba": "corpus",
    "cn2an": "corpus",
    "opencc": "corpus",
    "chromadb": "index",
    "bm25s": "index",
    "sentence_transformers": "index",
    "torch": "index",
    "langchain": "qa",
    "langchain_core": "qa",
    "gradio": "qa",
}
SUBJECTS = re.compile(r"普陀|桃浦|真如|苏州河|长风|绿道|绿化覆盖率|greenway|Putuo", re.IGNORECASE)
SHIPPED = "putuo-2021-2023"
MAX_LINES = 60


def name(path):
    return str(path.relative_to(ROOT))


def room(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path):
    """The top-level modules that a file imports anywhere, for type checking too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module.split(".")[0])
    return found


def test_the_files_are_found():
    assert {"corpus/parse.py", "index/store.py", "qa/pipeline.py", "qa/web/page.py", "app.py"} <= {name(f) for f in FILES}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_left_never_imports_the_right(path):
    right = set(ROOMS[ROOMS.index(room(path)) + 1 :])
    assert imported(path) & right == set()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_each_framework_is_known_to_one_room(path):
    assert {f for f in imported(path) & FRAMEWORKS.keys() if FRAMEWORKS[f] != room(path)} == set()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_functions_are_short(path):
    functions = [
        n
        for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno - f.lineno + 1 > MAX_LINES} == {}


def fresh(code):
    """What a new interpreter prints for this code."""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_importing_costs_nothing():
    assert fresh(f"import sys, corpus, index, qa.cli; print(sorted(set({HEAVY}) & set(sys.modules)))") == "[]"


@pytest.mark.parametrize(
    "module",
    sorted(name(f).removesuffix(".py").replace("/", ".") for f in FILES if room(f) == "corpus" and f.stem != "__init__"),
)
def test_no_module_of_the_corpus_loads_jieba_at_import(module):
    assert fresh(f"import sys, {module}; print(sorted(set({HEAVY}) & set(sys.modules)))") == "[]"


def test_the_command_explains_itself():
    done = subprocess.run([sys.executable, "-m", "qa.cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: planqa")
    assert all(command in done.stdout for command in ("ask", "batch", "search", "sections", "index", "serve"))


def docstring_lines(tree):
    """The lines on which docstrings stand."""
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node):
            lines |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def subjects_in(code):
    """The shipped plan's words that stand in the code, comments and docstrings aside."""
    prose = docstring_lines(ast.parse(code))
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    words = [t.string for t in tokens if t.type != tokenize.COMMENT and t.start[0] not in prose]
    return [m for word in words for m in SUBJECTS.findall(word.replace(SHIPPED, ""))]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_rule_names_the_words_of_one_plan(path):
    assert subjects_in(path.read_text(encoding="utf-8")) == []


def test_a_word_of_one_plan_would_be_seen():
    code = (
        '"""绿道"""\nID = "putuo-2021-2023"  # 绿道\ndef f():\n    """普陀"""\n    return "绿道" if "Putuo" else f"真如{1}"\n'
    )
    assert subjects_in(code) == ["绿道", "Putuo", "真如"]


def test_every_package_is_in_the_distribution():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {f.parent for f in FILES} - {ROOT}
    assert sorted(settings["packages"]) == sorted(name(folder).replace("/", ".") for folder in folders)
    assert [name(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
    data = {(package, pattern) for package, patterns in settings["package-data"].items() for pattern in patterns}
    for package in settings["packages"]:
        folder = ROOT / package.replace(".", "/")
        shipped = {f for owner, pattern in data if owner == package for f in folder.glob(pattern)}
        found = {f for f in folder.rglob("*") if f.is_file() and f.suffix not in (".py", ".pyc")}
        inner = {
            f
            for f in found
            for other in settings["packages"]
            if other.startswith(package + ".") and f.is_relative_to(ROOT / other.replace(".", "/"))
        }
        assert found - inner == shipped - inner, package


def test_tests_are_flat_and_shadow_no_package():
    assert [name(f) for f in (ROOT / "tests").rglob("*.py") if f.parent != ROOT / "tests"] == []
    assert not (ROOT / "tests" / "__init__.py").exists()


def test_every_fault_has_one_base_and_stands_in_the_tree():
    kinds = [v for v in vars(errors).values() if isinstance(v, type)]
    assert all(issubclass(kind, errors.PlanqaError) for kind in kinds)
    assert {kind.__name__ for kind in kinds} == set(re.findall(r"\w+(?:Error_?)\b", errors.__doc__))
