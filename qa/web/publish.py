"""Takes approved plans into the index beside the answering of questions, and notices an index that others have published."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from corpus.errors import IndexBusyError, PlanqaError
from qa.web.service import Service

LOOK_S = 2.0  # between two looks at the index; an official sees a plan live this long after it has been built
BUSY_S = 1.0  # before the next attempt, while another process builds
BUSY_TIMES = 600


@dataclass(frozen=True)
class Progress:
    """How far the publication has come, in vectors; `fault` says why the last one ended without success."""

    running: bool = False
    done: int = 0
    total: int = 0
    fault: str = ""


class Publisher:
    """One publication at a time, in a thread of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wanted = False
        self._stop = threading.Event()
        self.progress = Progress()

    def start(self) -> None:
        """Begin to publish what is approved, unless that is going on already: then it is looked at in the end."""
        with self._lock:
            self._wanted = True
            if self._thread is None:
                self.progress = Progress(running=True)
                self._thread = threading.Thread(target=self._publish, daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for the end of what is going on."""
        thread = self._thread
        if thread:
            thread.join(seconds)

    def _publish(self) -> None:
        fault = ""
        try:
            while self._goes_on(fault):
                fault = self._attempt()
        except BaseException:  # no fault of a user's: the thread tells it on stderr
            with self._lock:
                self._thread, self.progress = None, Progress()
            raise

    def _goes_on(self, fault: str) -> bool:
        """Whether something has been approved since the last look; `start` and this agree on it under the lock."""
        with self._lock:
            wanted, self._wanted = self._wanted, False
            if not wanted:
                self._thread, self.progress = None, Progress(fault=fault)
            return wanted

    def _attempt(self) -> str:
        """Publish all that is approved. Returns: why that failed, "" where it did not."""
        try:
            while self._service.library.approved():
                self.patiently(lambda: self._service.library.publish(self._show))
                self._service.refresh()
        except PlanqaError as error:
            sys.stderr.write(f"{error}\n")
            return str(error)
        return ""

    def _show(self, done: int, total: int) -> None:
        self.progress = Progress(True, done, total)

    @staticmethod
    def patiently(change: Callable[[], object]) -> None:
        """Change the index, once no other process does. Raises: IndexBusyError when that takes too long, and what it raises."""
        for attempt in range(BUSY_TIMES):
            try:
                change()
                return
            except IndexBusyError:
                if attempt == BUSY_TIMES - 1:
                    raise
                time.sleep(BUSY_S)

    def watch(self) -> None:
        """Go on with what was approved before a restart, and keep looking for a newer index until `close`."""
        if self._service.library.approved():
            self.start()
        threading.Thread(target=self._look, daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()

    def _look(self) -> None:
        told = ""
        while not self._stop.wait(LOOK_S):
            try:
                self._service.refresh()
                told = ""
            except PlanqaError as error:  # what is in use stays in use
                if str(error) != told:
                    sys.stderr.write(f"{error}\n")
                told = str(error)
