"""Reading the tables of `kubectl get`: columns under a line of headings, at least three spaces apart.

A cell belongs to the heading it stands under. Texts in which names were masked or replaced are no
longer aligned, so a row with a cell for every heading is read in order, and in any other row each
cell goes to the heading nearest to it, as far as the cells before have been moved.
"""

from collections.abc import Iterator, Mapping

Row = Mapping[str, str]

_GAP = "   "


def rows(text: str) -> Iterator[dict[str, str]]:
    """Yield each line of a table by its headings; several tables may follow one another."""
    headings: list[str] = []
    starts: list[int] = []
    for line in text.split("\n"):
        cells = [cell for part in line.split(_GAP) if (cell := part.strip())]
        if not cells:
            headings = []
        elif not headings or cells[0] in ("NAME", "NAMESPACE"):
            headings, starts = cells, _starts(line, cells)
        elif len(cells) == len(headings):
            yield dict(zip(headings, cells, strict=True))
        else:
            yield _placed(headings, starts, cells, _starts(line, cells))


def _starts(line: str, cells: list[str]) -> list[int]:
    found, at = list[int](), 0
    for cell in cells:
        at = line.index(cell, at)
        found.append(at)
        at += len(cell)
    return found


def _placed(
    headings: list[str], starts: list[int], cells: list[str], places: list[int]
) -> dict[str, str]:
    """Return a row with empty cells by the headings that its other cells stand under."""
    found = dict.fromkeys(headings, "")
    column, moved = 0, 0
    for index, (cell, place) in enumerate(zip(cells, places, strict=True)):
        last = len(headings) - (len(cells) - index)
        choices = range(column, max(last, column) + 1)
        if column >= len(headings):
            break
        best = min(choices, key=lambda at: abs(place - moved - starts[at]))
        found[headings[best]] = cell
        moved, column = place - starts[best], best + 1
    return found


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
