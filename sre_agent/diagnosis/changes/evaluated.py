"""Comments and space that somebody reads all the same: in templates and migrations, between joined lines, in scripts."""

import re

from sre_agent.diagnosis.changes.languages import Language
from sre_agent.diagnosis.changes.sides import Sides

_TEMPLATES = re.compile(
    r"(?:^|/)templates?/|\.(?:tpl|tmpl|gotmpl|j2|jinja2?|erb|ejs|hbs|mustache)$", re.IGNORECASE
)
_TEMPLATED = re.compile(r"\{\{|\{%|<%")
_MIGRATIONS = re.compile(
    r"(?:^|/)(?:migrations?|migrate|changelogs?|liquibase|flyway|alembic)/|\.sql$|"
    r"(?:^|/)[VUR]\d[\d._]*__[^/]*$|(?:^|/)R__[^/]*$|changelog[^/]*\.(?:ya?ml|xml|json)$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\\\s*$")
_JOINING = frozenset({"py", "sh", "conf", "c", "rb"})
"""Languages in which a line may go on in the next one."""
_SCRIPTS = re.compile(
    r"\.(?:sh|bash)$|(?:^|/)bin/|(?:^|/)[^/]*entrypoint[^/]*$|(?:^|/)[^/.]+$", re.IGNORECASE
)
_OF_DOCUMENT = re.compile(
    r"\s*(?:#.*|---.*|\.\.\.|-(?:\s.*)?|[\]}]+,?|"
    r"(?:\"[^\"]*\"|'[^']*'|[^\s=:\"'#][^\s=:]*(?::[^\s=:]+)*)\s*:(?:\s.*)?)?"
)
"""A line of plain YAML: a comment, the item of a list, a key, the end of an object."""


def is_meant(hunk: Sides, language: Language | None) -> bool:
    """Return whether what looks like a comment, or like mere space, may be evaluated or counted."""
    if _TEMPLATES.search(hunk.path) or _MIGRATIONS.search(hunk.path):
        return True  # applied migrations are known by a checksum of all that stands in them
    is_data = language is not None and language.is_data
    rows = hunk.rows if is_data else hunk.changed
    if any(map(_TEMPLATED.search, rows)):
        return True
    if language and language.name == "go" and any('import "C"' in row for row in hunk.rows):
        return True  # the comments above it are a program in C
    return any(map(_GOES_ON.search, (*hunk.before, *hunk.after)))


def is_text(hunk: Sides) -> bool:
    """Return whether a hunk of YAML holds what is no line of it: some text that it hands on."""
    return not all(map(_OF_DOCUMENT.fullmatch, (*hunk.before, *hunk.after)))


def is_script(hunk: Sides) -> bool:
    """Return whether a file may be run by its name and nobody told whether it still can be.

    GitHub's API tells no modes: a commit that seems to add a comment to an entrypoint may have taken
    its right to be run as well. What a program reads or imports needs none.
    """
    is_begun = any(side[:1] and side[0].startswith("#!") for side in (hunk.before, hunk.after))
    return not hunk.has_mode and bool(is_begun or _SCRIPTS.search(hunk.path))


def is_cut_off(hunk: Sides, language: Language) -> bool:
    """Return whether a line that is not told may go on in the first one that changed."""
    return language.name in _JOINING and not hunk.has_all_above
