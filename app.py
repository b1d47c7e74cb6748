"""Starts the web application: `python app.py --port 8000` is `planqa serve --port 8000`."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the page until it is interrupted. Returns the exit code."""
    from qa.cli import main as run

    return run(["serve", *(sys.argv[1:] if argv is None else argv)])


if __name__ == "__main__":
    sys.exit(main())
