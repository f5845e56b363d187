"""Which files of a change are told whole: what GitHub leaves out and what the server cuts are not."""

import pytest

from mcp_servers.github import showing
from mcp_servers.github.told import ChangedFile

EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
OTHER = "0f" * 20
SUBMODULE = f"@@ -1 +1 @@\n-Subproject commit {'1' * 40}\n+Subproject commit {'2' * 40}"


@pytest.mark.parametrize(
    ("patch", "lines", "is_whole"),
    [
        pytest.param("@@ -1 +1 @@\n-a\n+b", 1, True, id="all of it"),
        pytest.param("+x\n" * showing.MAX_PATCH_CHARS, 9, False, id="cut here"),
        pytest.param(None, 900, False, id="too large for GitHub"),
        pytest.param(SUBMODULE, 1, False, id="another commit of a submodule"),
        pytest.param(f"@@ -0,0 +1 @@\n+Subproject commit {'2' * 40}", 1, False, id="a submodule"),
        pytest.param("@@ -1 +1 @@\n-Subproject a\n+Subproject b", 1, True, id="such words"),
    ],
)
def test_a_file_says_whether_it_is_told_whole(
    patch: str | None, lines: int, is_whole: bool
) -> None:
    told = ChangedFile(
        filename="a.py", status="modified", additions=lines, deletions=lines, patch=patch
    )

    [found], _ = showing.files([told])

    assert found.is_whole is is_whole


@pytest.mark.parametrize(
    ("status", "sha", "is_whole"),
    [
        pytest.param("renamed", OTHER, True, id="another name alone"),
        pytest.param("added", EMPTY, True, id="an empty file"),
        pytest.param("removed", EMPTY, True, id="an empty file that went"),
        pytest.param("added", OTHER, False, id="a binary file"),
        pytest.param("removed", OTHER, False, id="a binary file that went"),
        pytest.param("modified", OTHER, False, id="another binary content, or another mode"),
        pytest.param("modified", EMPTY, False, id="a binary file that was emptied"),
        pytest.param("changed", OTHER, False, id="another kind of file"),
        pytest.param("added", None, False, id="a content without a name"),
    ],
)
def test_what_has_no_lines_is_whole_only_where_nothing_can_be_in_it(
    status: str, sha: str | None, is_whole: bool
) -> None:
    [found], _ = showing.files([ChangedFile(filename="a.onnx", status=status, sha=sha)])

    assert found.is_whole is is_whole


def test_what_has_no_room_beside_others_is_not_whole() -> None:
    patch = "+x\n" * (showing.MAX_PATCH_CHARS // 3)
    told = [ChangedFile(filename=f"{at}.py", status="added", patch=patch) for at in range(9)]

    found, _ = showing.files(told)

    assert [file.is_whole for file in found] == [True] * 7 + [False] * 2
