"""Random histories: whatever is taken back here, git's own revert takes back in the same way."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from git_repository import File, GitRepository
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from mcp_servers.github.revert import inverse, patches
from mcp_servers.github.revert.inverse import Inverse
from mcp_servers.github.revert.trees import SUBMODULE, Entry, Tree, blob_sha

PATHS = ("app.py", "lib/a.py", "lib/b.py", "lib/deep/c.py", "docs/d.md", "docs/e.md", "link")
WORDS = ("def a():", "def b():", "    return 1", "    return 2", "", "}", "x = 1", "y = 2", "z = 3")
Files = dict[str, File]

CAUTION = (
    "the same lines, or lines right beside them, were changed since",
    "was made anew since",
    "deleted since, or renamed",
    "deleted or renamed since",
    "may be another file renamed since",
    "may be a renamed file of the change",
    "was renamed since",
    "which the other side may have moved",
    "it came with the change and was changed since",
    " now and was changed since",
    "it was changed since, and it is",
)
"""Why we leave to people what git does by itself: it is not certain what was meant."""


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Return a text in which some lines stand once and others several times."""
    count = draw(st.integers(0, 14))
    lines = [draw(st.sampled_from((*WORDS, f"line {number}"))) for number in range(count)]
    end = draw(st.sampled_from(("\n", "\n", "\n", "")))
    return ("\n".join(lines) + end).encode() if lines else b""


@st.composite
def edited(draw: st.DrawFn, content: bytes) -> bytes:
    """Return a text with one place changed."""
    lines = content.split(b"\n")
    start = draw(st.integers(0, len(lines)))
    end = min(len(lines), start + draw(st.integers(0, 2)))
    new = draw(st.lists(st.sampled_from((*WORDS, "new 1", "new 2", "new 3")), max_size=2))
    return b"\n".join([*lines[:start], *(word.encode() for word in new), *lines[end:]])


@st.composite
def placed(draw: st.DrawFn, files: Files) -> Files:
    """Return the files with a new one, where there is room."""
    free = sorted({*PATHS, "lib/new.py", "other/n.py"} - set(files))
    return files | {draw(st.sampled_from(free)): File(draw(texts()))} if free else files


@st.composite
def moved(draw: st.DrawFn, files: Files, path: str) -> Files:
    """Return the files with one renamed, perhaps edited."""
    free = sorted({*PATHS, "lib/new.py", "other/n.py"} - set(files))
    if not free:
        return files
    after = {each: file for each, file in files.items() if each != path}
    file = files[path]
    if file.mode.startswith("100") and draw(st.booleans()):
        file = File(draw(edited(file.content)), file.mode)
    return after | {draw(st.sampled_from(free)): file}


@st.composite
def altered(draw: st.DrawFn, file: File) -> File:
    """Return a file with another text, another mode, or made into something else."""
    odd = (File(b"\0" + file.content[:5]), File(b"app.py", "120000"), File(b"1" * 40, SUBMODULE))
    how = draw(st.sampled_from(("text", "text", "text", "mode", "odd")))
    if how == "odd" or not file.mode.startswith("100"):
        return draw(st.sampled_from(odd))
    if how == "mode":
        return File(file.content, "100755" if file.mode == "100644" else "100644")
    return File(draw(edited(file.content)), file.mode)


@st.composite
def deeds(draw: st.DrawFn, files: Files) -> Files:
    """Return the files after one deed of a person."""
    kind = draw(st.sampled_from(("alter", "alter", "alter", "add", "delete", "move")))
    if kind == "add" or not files:
        return draw(placed(files))
    path = draw(st.sampled_from(sorted(files)))
    if kind == "move":
        return draw(moved(files, path))
    rest = {each: file for each, file in files.items() if each != path}
    return rest if kind == "delete" else rest | {path: draw(altered(files[path]))}


@st.composite
def several(draw: st.DrawFn, files: Files, most: int) -> list[Files]:
    """Return the files after each of several commits."""
    found, at = [], files
    for _ in range(draw(st.integers(1, most))):
        at = draw(deeds(at))
        found.append(at)
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[Files, Files, Files]:
    """Return what there was before a change, after it, and after the work that followed."""
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=5, unique=True))
    before: Files = {path: File(draw(texts())) for path in paths}
    changed = draw(several(before, 3))[-1]
    return before, changed, draw(several(changed, 4))[-1]


@st.composite
def long_texts(draw: st.DrawFn) -> tuple[Files, Files, Files]:
    """Return one text that was edited in one place or two, and later in others."""
    lines = [f"line {number}" for number in range(draw(st.integers(8, 30)))]
    for place in draw(st.lists(st.integers(0, len(lines) - 1), max_size=8)):
        lines[place] = draw(st.sampled_from(WORDS))
    before = "\n".join([*lines, ""]).encode()
    changed = draw(edited(draw(edited(before)) if draw(st.booleans()) else before))
    now = draw(edited(draw(edited(changed)) if draw(st.booleans()) else changed))
    return {"app.py": File(before)}, {"app.py": File(changed)}, {"app.py": File(now)}


@st.composite
def unlike_lines(draw: st.DrawFn) -> tuple[Files, Files, Files]:
    """Return one text without two lines that are alike, edited in one place, and later in another."""
    lines = [f"line {number}" for number in range(draw(st.integers(1, 20)))]
    changed = draw(replaced(lines, "changed"))
    now = draw(replaced(changed, "later"))
    before, after, today = (File("\n".join([*each, ""]).encode()) for each in (lines, changed, now))
    return {"app.py": before}, {"app.py": after}, {"app.py": today}


@st.composite
def replaced(draw: st.DrawFn, lines: list[str], word: str) -> list[str]:
    """Return the lines with some in one place replaced by none to three others."""
    start = draw(st.integers(0, len(lines)))
    end = min(len(lines), start + draw(st.integers(0, 3)))
    new = [f"{word} {number}" for number in range(draw(st.integers(0, 3)))]
    return [*lines[:start], *new, *lines[end:]]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    folder: Path = tmp_path_factory.mktemp("git")
    return GitRepository(folder / "repository")


def tree(files: Files) -> Tree:
    return {
        path: Entry(file.mode, _name(file), 0 if file.mode == SUBMODULE else len(file.content))
        for path, file in files.items()
    }


def _name(file: File) -> str:
    return file.content.decode() if file.mode == SUBMODULE else blob_sha(file.content)


def inverse_of(before: Files, changed: Files, now: Files) -> Inverse:
    """Return what taking the change back makes of the files that there are now."""
    contents = {
        _name(file): file.content for files in (before, changed, now) for file in files.values()
    }
    return inverse.settled(inverse.draft(tree(changed), tree(before), tree(now)), contents)


@dataclass
class Tally:
    """How often git takes a change back without a conflict, and how often we do not where it does."""

    clean: int = 0
    cautious: int = 0


def check(
    repository: GitRepository, history: tuple[Files, Files, Files], tally: Tally | None = None
) -> None:
    """Have the change taken back by both: what we make git makes, and we refuse for known reasons only."""
    before, changed, now = history

    found = inverse_of(before, changed, now)

    _, change, head = repository.history(before, changed, now)
    gits = repository.reverted(head, change)
    event("conflict" if found.conflicts else "merged" if found.blobs else "clean")
    if not found.conflicts:
        after = patches.applied(tree(now), found.edits)
        assert gits == {path: (entry.mode, entry.sha) for path, entry in after.items()}
    elif gits is not None:
        unknown = [each for each in found.conflicts if not any(why in each.why for why in CAUTION)]
        assert unknown == []
    if tally is not None and gits is not None:
        tally.clean += 1
        tally.cautious += bool(found.conflicts)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories())
def test_a_clean_revert_of_several_files_is_gits_own(
    repository: GitRepository, history: tuple[Files, Files, Files]
) -> None:
    check(repository, history)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=long_texts())
def test_a_clean_revert_of_a_text_is_gits_own(
    repository: GitRepository, history: tuple[Files, Files, Files]
) -> None:
    check(repository, history)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=unlike_lines())
def test_where_no_two_lines_are_alike_we_conflict_where_git_does_and_nowhere_else(
    repository: GitRepository, history: tuple[Files, Files, Files]
) -> None:
    before, changed, now = history
    assume(before != changed)

    found = inverse_of(before, changed, now)

    _, change, head = repository.history(before, changed, now)
    assert (repository.reverted(head, change) is None) == bool(found.conflicts)


@pytest.mark.parametrize(
    ("made", "most"), [(histories(), 0.15), (long_texts(), 0.4)], ids=["files", "texts"]
)
def test_we_are_more_cautious_than_git_in_few_cases(
    repository: GitRepository, made: st.SearchStrategy[tuple[Files, Files, Files]], most: float
) -> None:
    tally = Tally()

    @settings(
        max_examples=100,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(history=made)
    def take_back(history: tuple[Files, Files, Files]) -> None:
        check(repository, history, tally)

    take_back()

    assert tally.clean >= 50
    assert tally.cautious <= most * tally.clean
