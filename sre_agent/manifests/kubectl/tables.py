"""Reading the tables of `kubectl get`: columns of fixed width under a line of headings."""

from collections.abc import Iterator, Mapping

Row = Mapping[str, str]


def rows(text: str) -> Iterator[dict[str, str]]:
    """Yield each line of a table by its headings; several tables may follow one another."""
    columns: list[tuple[str, int, int | None]] = []
    for line in text.splitlines():
        if not line.strip():
            columns = []
        elif not columns or line.startswith(("NAME ", "NAMESPACE ")):
            columns = _columns(line)
        else:
            yield {title: line[start:end].strip() for title, start, end in columns}


def _columns(heading: str) -> list[tuple[str, int, int | None]]:
    """Return where each column starts and ends; a heading of two words has one space in it."""
    starts = [0] + [
        at for at in range(3, len(heading)) if heading[at] != " " and heading[at - 3 : at] == "   "
    ]
    ends: list[int | None] = [*starts[1:], None]
    return [
        (heading[start:end].strip(), start, end) for start, end in zip(starts, ends, strict=True)
    ]


def pairs(text: str) -> dict[str, str]:
    """Return labels written `a=b,c=d`; `<none>` is none."""
    found = dict[str, str]()
    for part in text.split(","):
        key, equals, value = part.strip().partition("=")
        if equals:
            found[key] = value
    return found


def number(text: str) -> int:
    """Return a count; what is no number counts nothing."""
    return int(text) if text.isdigit() else 0


def ratio(text: str) -> tuple[int, int]:
    """Return both counts of `1/2`."""
    left, _, right = text.partition("/")
    return number(left), number(right)
