"""Which paths .gitattributes keeps from being merged as texts: as git itself says, or more of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from git_repository import GitRepository

from mcp_servers.github.revert import attributes

PATHS = (
    *("table.lock", "a/table.lock", "a/b/table.lock", "a/b/c.txt", "a/x.bin", "b.txt", "Z.TXT"),
    *(
        "a/with space.png",
        "a/Picture.PnG",
        "a/[x].txt",
        "a/star*.txt",
        "a/7-up.txt",
        "a/\u00e9t\u00e9.txt",
    ),
)
"""Paths of every depth and kind that the rules below speak of."""


def of_git(git: GitRepository, files: Mapping[str, str]) -> set[str]:
    """Return the paths that git merges by no rule, or by one that takes another side than texts would."""
    git.commit({path: text.encode() for path, text in files.items()}, "Say it")
    git.git("checkout", "-q", "-f", "main")
    told = git.ask("check-attr", "-z", "merge", "--", *PATHS).split("\0")
    values = dict(zip(told[::3], told[2::3], strict=False))
    as_texts = {"unspecified", "set", "text", "union"}
    return {path for path, value in values.items() if value not in as_texts}


@pytest.mark.parametrize(
    "files",
    [
        {".gitattributes": ""},
        {".gitattributes": "*.lock -merge\n"},
        {".gitattributes": "# *.lock -merge\n\n*.lock text eol=lf diff\n"},
        {".gitattributes": "*.lock binary\n*.txt merge\n"},
        {".gitattributes": "*.lock merge=union\n*.txt merge=text\n"},
        {".gitattributes": "*.lock merge=ours\n"},
        {".gitattributes": "* -merge\n*.txt merge\n"},
        {".gitattributes": "* -merge\n*.txt !merge\n"},
        {".gitattributes": "*.txt merge\n* -merge\n"},
        {".gitattributes": "/table.lock -merge\n"},
        {".gitattributes": "a/*.lock -merge\n"},
        {".gitattributes": "a/** -merge\n"},
        {".gitattributes": "**/b/* -merge\n"},
        {".gitattributes": "a/**/*.lock -merge\n"},
        {".gitattributes": "a/ -merge\n"},
        {".gitattributes": "a -merge\n"},
        {".gitattributes": "?.txt -merge\n"},
        {".gitattributes": "!*.lock -merge\n"},
        {".gitattributes": "[attr]made -merge -diff\n*.lock made\n*.txt -made\n"},
        {".gitattributes": "[attr]made binary\n*.lock made\n"},
        {".gitattributes": "* -merge\n", "a/.gitattributes": "*.lock merge\n"},
        {"a/.gitattributes": "*.lock -merge\n/x.bin -merge\n"},
        {"a/b/.gitattributes": "* -merge\n"},
        {".gitattributes": "*.lock -merge\r\n"},
        {"a/.gitattributes": "[attr]binary merge\n", ".gitattributes": "*.lock binary\n"},
        {".gitattributes": "*.[pP][nN][gG] binary\n"},
        {".gitattributes": "a/with[[:space:]]space.png filter=lfs diff=lfs merge=lfs -text\n"},
        {".gitattributes": '"a/with space.png" -merge\n'},
        {".gitattributes": '"a/\\303\\251t\\303\\251.txt" -merge\n'},
        {".gitattributes": "[[:digit:]]* -merge\n"},
        {".gitattributes": "[!a-z]* -merge\n"},
        {".gitattributes": "[^[:alpha:]]*.txt -merge\n"},
        {".gitattributes": "\\[x\\].txt -merge\n"},
        {".gitattributes": "star\\*.txt -merge\n"},
        {".gitattributes": "[]x[]*.txt -merge\n"},
        {".gitattributes": "[a-c].txt -merge\n* -merge\n[[:alpha:]].* merge\n"},
    ],
)
def test_what_is_kept_from_being_merged_is_what_git_says(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    wanted = of_git(GitRepository(tmp_path / "repository"), files)

    found = attributes.unmerged(PATHS, {path: text.encode() for path, text in files.items()})

    assert found == wanted


@pytest.mark.parametrize("pattern", ["[a-z*.lock", "*.lock\\", "[[:nosuch:]]*", "[]"])
def test_a_pattern_that_is_not_understood_may_keep_any_path_and_lets_none_be_merged(
    pattern: str,
) -> None:
    kept = f"{pattern} -merge\n".encode()
    allowed = f"* -merge\n{pattern} merge\n".encode()

    assert attributes.unmerged(PATHS, {".gitattributes": kept}) == set(PATHS)
    assert attributes.unmerged(PATHS, {".gitattributes": allowed}) == set(PATHS)


def test_the_files_that_speak_of_a_path_are_those_above_it() -> None:
    assert attributes.files_for("a/b/c.txt") == (
        ".gitattributes",
        "a/.gitattributes",
        "a/b/.gitattributes",
    )
