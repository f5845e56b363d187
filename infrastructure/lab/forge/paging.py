"""Cut answers into pages, and say where the others are."""

import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

T = TypeVar("T")

DEFAULT_SIZE: Final = 30
MAX_SIZE: Final = 100


@dataclass(frozen=True)
class Page:
    """Which part of an answer is wanted; pages count from 1."""

    number: int
    size: int

    @property
    def skipped(self) -> int:
        """Return how many entries stand on the pages before."""
        return (self.number - 1) * self.size

    def cut(self, entries: Sequence[T]) -> Sequence[T]:
        """Return the entries of this page."""
        return entries[self.skipped : self.skipped + self.size]


def wanted(query: Mapping[str, str], size: int = DEFAULT_SIZE, most: int = MAX_SIZE) -> Page:
    """Read `page` and `per_page`; what is no number is passed over, as GitHub does."""
    return Page(_number(query.get("page"), 1), min(_number(query.get("per_page"), size), most))


def link(page: Page, total: int, url: str, query: Mapping[str, str]) -> dict[str, str]:
    """Return the `Link` header for a page of so many entries; none where there is one page."""
    last = max(1, -(-total // page.size))
    places: dict[str, int] = {}
    if page.number > 1:
        places |= {"prev": page.number - 1, "first": 1}
    if page.number < last:
        places |= {"next": page.number + 1, "last": last}
    entries = [
        f'<{url}?{urllib.parse.urlencode({**query, "page": number})}>; rel="{name}"'
        for name, number in places.items()
    ]
    return {"link": ", ".join(entries)} if entries else {}


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else default
