"""Diffs that change nothing a running service does: comments, space, the order of imports and keys, what is logged.

A proof reads every line that changed, by the rules of its language; where some were not told there is none.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from sre_agent.diagnosis.changes import evaluated, logged, renamed
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.languages import KEYED, Language, of_file
from sre_agent.diagnosis.changes.patch import READ_KEPT
from sre_agent.diagnosis.changes.sides import Sides, hides, moves_files, read, tells_of
from sre_agent.domain.changes import Commit

_TEXT_OR_SPACE = re.compile(
    r"(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?P<space>[ \t]+)"
)
_TEXT_MARKS = ('"""', "'''", "`")
_AFTER_KEY = re.compile(r"(?<=:)[ \t]+")
_PATTERNED = frozenset({"js", "rb"})
"""Languages in which a pattern stands between strokes."""
_OPENS_TEXT = re.compile(r"<<[-~]?[\"']?[A-Z_]{2,}")
_OPENS_BLOCK = re.compile(r":\s*[|>][+-]?\d?\s*(?:#.*)?$|^\s*-\s*[|>][+-]?\d?\s*$")
_ANCHOR = re.compile(r"(?<!\S)[&*]\w|<<\s*:")
"""What has to stand before something else of its document, or after it."""
_UNSEEN = re.compile(r"^[-+](?:Subproject commit |[ \t]*FROM[ \t].*@sha256:)", re.MULTILINE)
"""Lines that bring what no diff shows: another commit of another repository, another image."""
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
    return is_whole and _is_shown(commit.diff, commit.paths)


@lru_cache(maxsize=READ_KEPT)
def _is_shown(diff: str, paths: tuple[str, ...]) -> bool:
    """Return whether a diff shows all that differs: of every file, and nothing hidden or only referred to."""
    return tells_of(diff, paths) and not hides(diff) and not _UNSEEN.search(diff)


def is_in_place(commit: Commit) -> bool:
    """Return whether each line that a commit changes was told, and each file is where it was, and as it was."""
    return is_read(commit) and not moves_files(commit.diff)


def leaves_code(commit: Commit) -> str:
    """Return what a commit changes if every line of code stays as it was, else nothing."""
    return _leaves_code(commit.diff, commit.paths) if is_in_place(commit) else ""


@lru_cache(maxsize=READ_KEPT)
def _leaves_code(diff: str, paths: tuple[str, ...]) -> str:
    whys = _proofs(read(diff, paths) or ())
    return _joined(whys) if whys <= {COMMENTS, SPACE} else ""


@lru_cache(maxsize=READ_KEPT)
def _judge(diff: str, paths: tuple[str, ...]) -> tuple[str, bool] | None:
    is_moved, patch = moves_files(diff), patches.read(diff)
    hunks = () if is_moved else read(diff, paths) or ()
    whys = _proofs(hunks)
    if whys and "" not in whys:
        return _joined(whys), True
    is_meant = is_moved or any(evaluated.is_meant(hunk, of_file(hunk.path)) for hunk in hunks)
    if hunks and not is_meant and _are_programs(hunks) and renamed.is_renaming(hunks):
        return NAMES, True
    if not patch.removed and not patch.added:
        return None if is_meant else (COMMENTS, False)
    if logged.is_about_measuring(patch):
        return LOGS, False
    return (VERSION, False) if _is_of_versions(patch.removed, patch.added) else None


def _joined(whys: Collection[str]) -> str:
    return " and ".join(sorted(whys)).replace(" and it ", " and ")


def _proofs(hunks: Iterable[Sides]) -> set[str]:
    """Return why each hunk changes nothing that runs; nothing stands for one that may."""
    # Within a text of several lines, what looks like space or a comment is part of it.
    return {"" if _is_in_text(hunk) else _proof(hunk) for hunk in hunks}


def _are_programs(hunks: Iterable[Sides]) -> bool:
    """Return whether hunks are of programs; what a name in a document means, those know who read it."""
    languages = [of_file(hunk.path) for hunk in hunks]
    return all(language and not language.is_data for language in languages)


def _proof(hunk: Sides) -> str:
    """Return why a hunk changes nothing that runs, or nothing where that is not proven."""
    language = of_file(hunk.path)
    if evaluated.is_meant(hunk, language):
        return ""
    before, after = (_without_space(side, language) for side in (hunk.before, hunk.after))
    code_before, code_after = (
        [line for line in side if not (language and language.is_comment(line))]
        for side in (before, after)
    )
    if code_before == code_after:
        same = SPACE if before == after else COMMENTS
        is_alone = language and not evaluated.is_cut_off(hunk, language)
        return same if is_alone and not evaluated.is_script(hunk) else ""
    one, other = _differing(code_before, code_after)
    if language and _is_reordered(one, other, language) and not _is_bound(hunk, language):
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
        return any(map(_OPENS_BLOCK.search, lines)) or evaluated.is_text(hunk)
    is_odd = any(line.count(mark) % 2 for line in lines for mark in _TEXT_MARKS)
    return is_odd or any(map(_OPENS_TEXT.search, lines))


def _without_space(lines: Sequence[str], language: Language | None) -> list[str]:
    """Return lines as they are read: space that their language does not read is one blank, or none at the end."""
    if language is None or language.keeps_space:
        return list(lines)
    kept = (line.rstrip() for line in lines)
    found = []
    for line in filter(None, kept):
        body = line.lstrip()
        indent = "" if language.is_braced else line[: len(line) - len(body)]
        if language.name == "yaml":
            found.append(indent + _AFTER_KEY.sub(" ", body, count=1))
            continue  # blanks between the words of a value belong to it
        if language.name in _PATTERNED and "/" in body and not language.is_comment(body):
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


def _is_bound(hunk: Sides, language: Language) -> bool:
    """Return whether lines of a document belong to those before them: by an anchor, or as they go on."""
    if language.name != "yaml":
        return False
    return any(
        any(map(_ANCHOR.search, side)) or any(map(_goes_on, side, side[1:]))
        for side in (hunk.before, hunk.after)
    )


def _goes_on(line: str, following: str) -> bool:
    """Return whether the value of a key goes on in the line after it."""
    key = _KEY.match(line)
    indent = len(following) - len(following.lstrip())
    return key is not None and bool(following.strip()) and indent > len(key["indent"])


def _is_reordered(one: Sequence[str], other: Sequence[str], language: Language) -> bool:
    """Return whether the same imports, or the same keys of one object, stand in another order."""
    if language.are_imports(one) and language.are_imports(other):
        return Counter(one) == Counter(other)
    if language.name not in KEYED:
        return False
    if [line.endswith(",") for line in one] != [line.endswith(",") for line in other]:
        return False  # a comma after the last value, or none between two: no JSON
    mark = "," if language.name == "json" else ""  # else it belongs to the value
    bare, turned = ([line.removesuffix(mark) for line in side] for side in (one, other))
    keys = [_KEY.match(line) for line in bare]
    if not all(keys) or Counter(bare) != Counter(turned):
        return False
    found = [key for key in keys if key]
    is_one_level = len({key["indent"] for key in found}) == 1
    return is_one_level and len({key["key"] for key in found}) == len(found)


def _is_of_versions(removed: Sequence[str], added: Sequence[str]) -> bool:
    is_paired = len(removed) == len(added) > 0
    return is_paired and all(map(_OWN_VERSION.match, (*removed, *added)))
