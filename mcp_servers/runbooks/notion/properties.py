"""The properties of a database page as front matter, whichever types the columns have."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from mcp_servers.runbooks.front_matter import Meta, meta_of
from mcp_servers.runbooks.notion.rich_text import plain

Json = Mapping[str, Any]

_FIELDS: Mapping[str, str] = {
    "service": "service",
    "services": "service",
    "alert": "alert",
    "alerts": "alert",
    "alert name": "alert",
    "fault class": "fault_class",
    "fault classes": "fault_class",
    "playbook": "playbook",
    "playbooks": "playbook",
    "keywords": "keywords",
    "tags": "keywords",
    "owner": "owner",
    "owners": "owner",
    "last validated": "last_validated",
    "validated": "last_validated",
}
"""What a column may be called, in any case, with blanks, dashes or underscores."""

_SINGLE = frozenset({"owner", "last_validated"})


def meta(page: Json) -> Meta:
    """Return what a page's properties say.

    Raises:
        MalformedError: They do not say what front matter has to.
    """
    found: dict[str, Any] = {}
    for name, value in page.get("properties", {}).items():
        if value.get("type") == "title":
            found["title"] = plain(value.get("title")).strip()
            continue
        field = _FIELDS.get(re.sub(r"[\s_-]+", " ", name).strip().lower())
        names = _names(value) if field else []
        if field and names:
            found[field] = ", ".join(names) if field in _SINGLE else tuple(names)
    return meta_of(found)


def _names(value: Json) -> list[str]:
    """Return what a property holds, as texts; a type that holds no names gives none."""
    read = _READERS.get(str(value.get("type")))
    return [text for text in read(value) if text] if read else []


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text)]


def _option(option: Json | None) -> list[str]:
    return [str(option.get("name", ""))] if option else []


def _options(options: list[Json] | None) -> list[str]:
    return [str(option.get("name", "")) for option in options or ()]


def _people(people: list[Json] | None) -> list[str]:
    """Return the names; a person we may not read about has only an id."""
    return [str(person.get("name") or person.get("id", "")) for person in people or ()]


def _date(value: Json | None) -> list[str]:
    """Return the day: a date property may hold a moment."""
    return [str(value.get("start", ""))[:10]] if value else []


_READERS: Mapping[str, Callable[[Json], list[str]]] = {
    "rich_text": lambda value: _listed(plain(value.get("rich_text"))),
    "select": lambda value: _option(value.get("select")),
    "status": lambda value: _option(value.get("status")),
    "multi_select": lambda value: _options(value.get("multi_select")),
    "people": lambda value: _people(value.get("people")),
    "date": lambda value: _date(value.get("date")),
    "email": lambda value: [str(value.get("email") or "")],
}
