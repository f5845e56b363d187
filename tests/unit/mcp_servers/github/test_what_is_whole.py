"""Which files of a change are told whole: what GitHub leaves out and what the server cuts are not."""

import pytest

from mcp_servers.github import showing
from mcp_servers.github.told import ChangedFile


@pytest.mark.parametrize(
    ("patch", "lines", "is_whole"),
    [
        pytest.param("@@ -1 +1 @@\n-a\n+b", 1, True, id="all of it"),
        pytest.param("+x\n" * showing.MAX_PATCH_CHARS, 9, False, id="cut here"),
        pytest.param(None, 900, False, id="too large for GitHub"),
        pytest.param(None, 0, True, id="another name alone"),
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


def test_what_has_no_room_beside_others_is_not_whole() -> None:
    patch = "+x\n" * (showing.MAX_PATCH_CHARS // 3)
    told = [ChangedFile(filename=f"{at}.py", status="added", patch=patch) for at in range(9)]

    found, _ = showing.files(told)

    assert [file.is_whole for file in found] == [True] * 7 + [False] * 2
