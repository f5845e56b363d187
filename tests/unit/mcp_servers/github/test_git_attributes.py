"""Which paths .gitattributes keeps from being merged as texts: as git itself says."""

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from git_repository import GitRepository

from mcp_servers.github.revert import attributes

PATHS = (
    "table.lock",
    "a/table.lock",
    "a/b/table.lock",
    "a/b/c.txt",
    "a/x.bin",
    "b.txt",
    "Z.TXT",
    "my video.mp4",
    "a/my video.mp4",
    "a/é.txt",
    "[a].txt",
    "a\\b.txt",
    "*.lock",
    "r",
)
"""Paths of every depth and kind that the rules below speak of."""


def of_git(git: GitRepository, files: Mapping[str, str]) -> set[str]:
    """Return the paths that git merges by no rule, or by another one than for texts.

    What texts become that do not meet is the same with `union`.
    """
    git.commit({path: text.encode() for path, text in files.items()}, "Say it")
    git.git("checkout", "-q", "-f", "main")
    told = git.git("check-attr", "-z", "merge", "--", *PATHS).decode().split("\0")
    values = dict(zip(told[::3], told[2::3], strict=False))
    are_texts = {"unspecified", "set", "text", "union"}
    return {path for path, value in values.items() if value not in are_texts}


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
        {".gitattributes": "*.lock merge=union\n"},
        {".gitattributes": "\ufeff*.lock -merge\n"},
        {".gitattributes": "a/my[[:space:]]video.mp4 filter=lfs diff=lfs merge=lfs -text\n"},
        {".gitattributes": "*.[tT][xX][tT] binary\n"},
        {".gitattributes": "*.[!a-t]* -merge\n[[:upper:]]* -merge\n"},
        {".gitattributes": '"my video.mp4" binary\n"a/\\303\\251.txt" -merge\n'},
        {".gitattributes": '"my video.mp4 binary\n"a\\qb" -merge\n'},
        {".gitattributes": "\\*.lock -merge\n\\[a].txt -merge\na\\\\b.txt -merge\n"},
        {".gitattributes": "[a -merge\n[[:none:]]* -merge\n"},
        {".gitattributes": "* -merge\n[a merge\n*.lock merge @wrong\n"},
        {".gitattributes": "??.txt -merge\n"},
        {".gitattributes": "a**/*.txt -merge\n"},
        {".gitattributes": "table.lock/** -merge\n***/x.bin -merge\n"},
        {".gitattributes": "* binary\n*.txt -binary\n"},
        {".gitattributes": "[attr]made merge\n* -merge\n*.lock made\n*.lock -made\n"},
        {".gitattributes": "*.lock made\n[attr]made -merge\n"},
        {".gitattributes": "[attr] -merge\n"},
        {"a/.gitattributes": "[attr]binary merge\n", ".gitattributes": "*.lock binary\n"},
    ],
)
def test_what_is_kept_from_being_merged_is_what_git_says(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    wanted = of_git(GitRepository(tmp_path / "repository"), files)

    found = attributes.unmerged(PATHS, {path: text.encode() for path, text in files.items()})

    assert found == wanted


SIGNS = [
    "a",
    "b",
    "*",
    "**",
    "/",
    "?",
    "[",
    "]",
    "!",
    "^",
    "-",
    "\\",
    "[:alpha:]",
    "[:",
    "[a-b]",
    "[!a]",
]
ENDS = ["*.txt", "*.lock", "*", "b", "?.[tT]*", "x.bin", ""]


def test_patterns_made_up_at_random_are_read_as_git_reads_them(tmp_path: Path) -> None:
    git, random = GitRepository(tmp_path / "repository"), Random(7)
    for _ in range(60):
        made = "".join(random.choices(SIGNS, k=random.randint(1, 5))) + random.choice(ENDS)
        files = {".gitattributes": f"{made} -merge\n", "a/.gitattributes": f"{made} merge=ours\n"}
        rules = {path: text.encode() for path, text in files.items()}

        assert attributes.unmerged(PATHS, rules) == of_git(git, files), made


def test_the_files_that_speak_of_a_path_are_those_above_it() -> None:
    assert attributes.files_for("a/b/c.txt") == (
        ".gitattributes",
        "a/.gitattributes",
        "a/b/.gitattributes",
    )
