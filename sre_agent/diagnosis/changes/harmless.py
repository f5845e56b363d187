"""Diffs that change nothing a running service does: comments, space, the order of imports and keys, what is logged.

A proof reads every line that changed, by the rules of its language; where some were not told there is none.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from sre_agent.diagnosis.changes import logged, renamed
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.languages import KEYED, Language, of_file
from sre_agent.diagnosis.changes.patch import READ_KEPT
from sre_agent.diagnosis.changes.sides import Sides, hides, read
from sre_agent.domain.changes import Commit

_TEXT_OR_SPACE = re.compile(
    r"(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?P<space>[ \t]+)"
)
_TEXT_MARKS = ('"""', "'''", "`")
_OPENS_TEXT = re.compile(r"<<[-~]?[\"']?[A-Z_]{2,}")
_OPENS_BLOCK = re.compile(r":\s*[|>][+-]?\d?\s*(?:#.*)?$|^\s*-\s*[|>][+-]?\d?\s*$")
_KEY = re.compile(r"^(?P<indent>\s*)(?P<key>[\"']?[\w./-]+[\"']?)\s*[:=]\s*\S.*$")
_OWN_VERSION = re.compile(
    r"^\s*(?:(?:export|public|private|static|final|const|var|let|readonly|String|string)\s+)*"
    r"[\"']?(?:__version__|\w*version)[\"']?\s*[:=]+\s*[\"'`]v?\d+(?:\.\d+)+[\w.+-]*[\"'`]\s*[,;]?\s*$",
    re.IGNORECASE,
)
_VERSION_FILE = re.compile(r"(?:^|/)_{0,2}version_{0,2}(?:\.\w+)?$", re.IGNORECASE)
COMMENTS, SPACE = "it touches only comments", "it changes nothing but space"
ORDER = "it changes nothing but order and space"
LOGS, VERSION = "it only measures or logs", "it only names another version"
NAMES = "it only calls private things by other names"


def judge(commit: Commit) -> tuple[str, bool] | None:
    """Return why the lines of a commit do no harm and whether that is proven, or None."""
    return _judge(commit.diff, commit.paths) if is_read(commit) else None


def is_read(commit: Commit) -> bool:
    """Return whether all that a commit changes was told: every file, every diff whole, nothing hidden."""
    is_whole = bool(commit.diff) and commit.has_all_paths and commit.has_whole_diff
    return is_whole and not hides(commit.diff)


def leaves_code(commit: Commit) -> str:
    """Return what a commit changes if every line of code stays as it was, else nothing."""
    return _leaves_code(commit.diff, commit.paths) if is_read(commit) else ""


@lru_cache(maxsize=READ_KEPT)
def _leaves_code(diff: str, paths: tuple[str, ...]) -> str:
    whys = _proofs(read(diff, paths) or ())
    return _joined(whys) if whys <= {COMMENTS, SPACE} else ""


@lru_cache(maxsize=READ_KEPT)
def _judge(diff: str, paths: tuple[str, ...]) -> tuple[str, bool] | None:
    hunks, patch = read(diff, paths), patches.read(diff)
    whys = _proofs(hunks or ())
    if whys and "" not in whys:
        return _joined(whys), True
    if hunks and renamed.is_renaming(hunks):
        return NAMES, True
    if not patch.removed and not patch.added:
        return COMMENTS, False
    if logged.is_about_measuring(patch):
        return LOGS, False
    return (VERSION, False) if _is_of_versions(patch.removed, patch.added) else None


def _joined(whys: Collection[str]) -> str:
    return " and ".join(sorted(whys)).replace(" and it ", " and ")


def _proofs(hunks: Iterable[Sides]) -> set[str]:
    """Return why each hunk changes nothing that runs; nothing stands for one that may."""
    # Within a text of several lines, what looks like space or a comment is part of it.
    return {"" if _is_in_text(hunk) else _proof(hunk) for hunk in hunks}


def _proof(hunk: Sides) -> str:
    """Return why a hunk changes nothing that runs, or nothing where that is not proven."""
    language = of_file(hunk.path)
    before, after = (_without_space(side, language) for side in (hunk.before, hunk.after))
    code_before, code_after = (
        [line for line in side if not (language and language.is_comment(line))]
        for side in (before, after)
    )
    if before == after:
        return SPACE
    if code_before == code_after:
        return COMMENTS
    one, other = _differing(code_before, code_after)
    if _is_reordered(one, other, language):
        return ORDER
    if language and logged.is_proven(hunk, language):
        return LOGS
    is_version = _VERSION_FILE.search(hunk.path) and _is_of_versions(one, other)
    return VERSION if is_version else ""


def _is_in_text(hunk: Sides) -> bool:
    """Return whether a text of several lines is seen to begin or to end in a hunk."""
    language = of_file(hunk.path)
    lines = (*hunk.before, *hunk.after)
    if language and language.name == "yaml":
        return any(map(_OPENS_BLOCK.search, lines))
    is_odd = any(line.count(mark) % 2 for line in lines for mark in _TEXT_MARKS)
    return is_odd or any(map(_OPENS_TEXT.search, lines))


def _without_space(lines: Sequence[str], language: Language | None) -> list[str]:
    """Return lines as they are read: space that no language reads is one blank, or none at the end."""
    kept = (line.rstrip() for line in lines)
    found = []
    for line in filter(None, kept):
        body = line.lstrip()
        indent = "" if language and language.is_braced else line[: len(line) - len(body)]
        if language and language.name == "js" and "/" in body and not language.is_comment(body):
            found.append(indent + body)  # what looks like a division may begin a pattern
            continue
        found.append(indent + _TEXT_OR_SPACE.sub(lambda it: it["text"] or " ", body))
    return found


def _differing(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return two texts without the lines that they begin and end with alike."""
    first = next(
        (at for at, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs),
        min(len(one), len(other)),
    )
    tails = zip(reversed(one[first:]), reversed(other[first:]), strict=False)
    last = next(
        (at for at, (mine, theirs) in enumerate(tails) if mine != theirs),
        min(len(one), len(other)) - first,
    )
    return list(one[first : len(one) - last]), list(other[first : len(other) - last])


def _is_reordered(one: Sequence[str], other: Sequence[str], language: Language | None) -> bool:
    """Return whether the same imports, or the same keys of one object, stand in another order."""
    if language and all(map(language.is_import, (*one, *other))):
        return Counter(one) == Counter(other)
    if language is None or language.name not in KEYED:
        return False
    bare, turned = ([line.rstrip(",") for line in side] for side in (one, other))
    keys = [_KEY.match(line) for line in bare]
    if not all(keys) or Counter(bare) != Counter(turned):
        return False
    found = [key for key in keys if key]
    is_one_level = len({key["indent"] for key in found}) == 1
    return is_one_level and len({key["key"] for key in found}) == len(found)


def _is_of_versions(removed: Sequence[str], added: Sequence[str]) -> bool:
    is_paired = len(removed) == len(added) > 0
    return is_paired and all(map(_OWN_VERSION.match, (*removed, *added)))
