"""Every fault that a user can cause, and nothing else.

PlanqaError
├── SourceError      a document cannot be read or holds no text
├── SettingError     a setting has a value that cannot be used
├── QuestionsError   a file of questions or answers has a line that cannot be used
├── ModelError       the embedding model is missing or damaged
└── IndexError_      an index cannot be read, written or trusted
    ├── IndexMissingError
    ├── IndexMismatchError
    ├── IndexBusyError
    └── StoreDownError
"""


def first_line(error: BaseException) -> str:
    """The first line of what an error of a library says, else its name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


class PlanqaError(Exception):
    """One line that names the value and the cure; the command line prints it and exits with 1."""


class SourceError(PlanqaError):
    """A document cannot be read or holds no text."""


class SettingError(PlanqaError):
    """A setting has a value that cannot be used."""


class QuestionsError(PlanqaError):
    """A file of questions or answers has a line that cannot be used."""


class ModelError(PlanqaError):
    """The embedding model is missing or damaged."""


class IndexError_(PlanqaError):
    """An index cannot be read, written or trusted."""


class IndexMissingError(IndexError_):
    """No index has been built in this home."""


class IndexMismatchError(IndexError_):
    """The index was built from another text, model, settings or version."""


class IndexBusyError(IndexError_):
    """Another process is building."""


class StoreDownError(IndexError_):
    """The server that keeps the vectors does not answer."""
