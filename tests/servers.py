"""Real servers that the tests start: on the loopback, in folders of their own."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

STARTS_S = 60
LONG_S = 120  # nothing is waited for longer, should a test fail


def until(condition: Callable[[], object]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextlib.contextmanager
def chroma(folder: Path, port: int) -> Iterator[str]:
    """A Chroma server that keeps its data in a folder; its address."""
    program, url = Path(sys.executable).with_name("chroma"), f"http://127.0.0.1:{port}"
    command = [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            latest = time.monotonic() + STARTS_S
            while True:
                try:
                    urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=1).close()
                    break
                except OSError:
                    assert process.poll() is None
                    assert time.monotonic() < latest
                    time.sleep(0.05)
            yield url
        finally:
            process.kill()
