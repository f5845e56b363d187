"""`python -m backend.api.document [file]`: write the document, or print it."""

import sys
from pathlib import Path

from backend.api.document.writing import written


def main() -> None:
    """Write to the file that is named, or to the standard output."""
    match sys.argv[1:]:
        case []:
            sys.stdout.write(written())
        case [name]:
            Path(name).write_text(written(), encoding="utf-8")
        case _:
            sys.exit("usage: python -m backend.api.document [file]")


if __name__ == "__main__":
    main()
