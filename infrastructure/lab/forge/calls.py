"""A request to the forge, its answer, and the table of what can be asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from infrastructure.lab.forge import paging
from infrastructure.lab.forge.access import Caller, Right
from infrastructure.lab.forge.errors import invalid, missing
from infrastructure.lab.forge.forge import Forge

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One request that its caller may make."""

    forge: Forge
    caller: Caller
    path: Mapping[str, Any]
    query: Mapping[str, str]
    url: str
    """Of the request, without its query."""
    body: Mapping[str, Any]
    authorization: str | None = None

    def commit(self, name: str) -> str:
        """Return the commit that a branch, tag or SHA names.

        Raises:
            RefusalError: 422 when there is none.
        """
        found = self.forge.git.commit_of(name)
        if found is None:
            raise invalid("Commit", "sha", "invalid", f"No commit found for SHA: {name}")
        return found

    def text(self, field_: str, resource: str, default: str | None = None) -> str:
        """Return a text of the body.

        Raises:
            RefusalError: 422 when it is missing or is no text.
        """
        value = self.body.get(field_, default)
        if value is None:
            raise invalid(resource, field_, "missing_field")
        if not isinstance(value, str):
            raise invalid(resource, field_, "invalid")
        return value

    def number(self, kind: str, name: str = "number") -> dict[str, Any]:
        """Return the document whose number stands in the path.

        Raises:
            RefusalError: 404 when there is none.
        """
        found = self.forge.store.get(kind, int(self.path[name]))
        if found is None:
            raise missing()
        return found


@dataclass(frozen=True)
class Answer:
    """What is said: a status, a document (None for none) and headers."""

    document: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Door:
    """One thing that can be asked."""

    method: str
    path: str
    """Below the repository; the whole path when it begins with two slashes."""
    right: Right
    handle: Handler
    is_of_app: bool = False
    """Whether it asks for a token that an App signed, instead of one that was given out."""


def paged(call: Call, entries: Sequence[T], shape: Callable[[T], Any]) -> Answer:
    """Answer with the page of a list that is wanted."""
    page = paging.wanted(call.query)
    headers = paging.link(page, len(entries), call.url, call.query)
    return Answer([shape(entry) for entry in page.cut(entries)], headers=headers)
