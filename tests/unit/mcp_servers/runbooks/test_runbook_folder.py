"""A folder of runbooks: what is read, what is reported, and what is never reached."""

import os
from pathlib import Path

import pytest

from mcp_servers.common.envelope import UnreachableError
from mcp_servers.runbooks import folder as folders
from mcp_servers.runbooks.folder import MAX_FILE_BYTES, Folder

GOOD = "---\ntitle: Good\n---\n# Checks\nLook.\n"


def folder_of(root: Path, **files: str) -> Folder:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / f"{name}.md").write_text(text)
    return Folder("folder", root)


async def titles(folder: Folder) -> list[str]:
    return [entry.meta.title for entry in (await folder.shelf()).entries]


async def test_files_are_found_in_folders_below_and_hidden_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "deep.md").write_text(GOOD)
    (tmp_path / ".draft.md").write_text(GOOD)
    (tmp_path / "notes.txt").write_text(GOOD)

    shelf = await folder_of(tmp_path).shelf()

    assert [entry.id for entry in shelf.entries] == ["team/deep"]
    assert shelf.left_out == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# No front matter", "begin with front matter"),
        ("---\ntitle: x\n", "no end"),
        ("---\ntitle: [\n---\n", "no YAML"),
        ("---\nservice: x\n---\n", "title"),
        ("---\ntitle: x\nlast_validated: soon\n---\n", "last_validated"),
        ("---\ntitle: x\nservice: {a: b}\n---\n", "service"),
        ("---\ntitle: x\nurl: javascript:alert(1)\n---\n", "url"),
        ("---\n- title\n---\n", "no mapping"),
        ("---\na: &a [x]\nb: *a\ntitle: x\n---\n", "alias"),
        ("---\ntitle: " + "[" * 10_000 + "\n---\n", "nested more than"),
        ("---\ntitle: x\nkeywords: " + "y" * 20_000 + "\n---\n", "more than"),
        ("---\ntitle: !!python/object/apply:os.system [id]\n---\n", "no YAML"),
    ],
)
async def test_a_malformed_file_is_reported_by_name_and_the_others_are_read(
    tmp_path: Path, text: str, reason: str
) -> None:
    folder = folder_of(tmp_path, bad=text, good=GOOD)

    shelf = await folder.shelf()

    assert [entry.id for entry in shelf.entries] == ["good"]
    (told,) = shelf.left_out
    assert told.startswith("folder: bad.md: ")
    assert reason in told


async def test_a_file_that_is_no_text_too_large_or_no_file_is_reported(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, large=GOOD + "x" * MAX_FILE_BYTES)
    (tmp_path / "binary.md").write_bytes(b"---\n\xff\xfe")
    os.mkfifo(tmp_path / "pipe.md")

    shelf = await folder.shelf()

    assert shelf.entries == ()
    assert [told.split(": ")[1] for told in shelf.left_out] == ["binary.md", "large.md", "pipe.md"]


async def test_a_link_that_leads_out_of_the_folder_is_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(GOOD)
    inside = tmp_path / "inside"
    folder = folder_of(inside, real=GOOD)
    (inside / "file.md").symlink_to(outside / "secret.md")
    (inside / "dots.md").symlink_to("../outside/secret.md")
    (inside / "folder").symlink_to(outside)
    (inside / "circle.md").symlink_to(inside / "circle.md")
    (inside / "again.md").symlink_to(inside / "real.md")

    shelf = await folder.shelf()

    assert [entry.id for entry in shelf.entries] == ["again", "real"]
    assert [told.split(": ")[1] for told in shelf.left_out] == [
        "circle.md",
        "dots.md",
        "file.md",
        "folder",
    ]


async def test_files_beyond_a_number_are_not_read_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MAX_FILES", 2)
    folder = folder_of(tmp_path, a=GOOD, b=GOOD, c=GOOD)

    shelf = await folder.shelf()

    assert [entry.id for entry in shelf.entries] == ["a", "b"]
    assert shelf.left_out == ("folder: files beyond the first 2",)


async def test_a_change_is_seen_with_the_next_question(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, one=GOOD)
    before = await titles(folder)

    folder_of(tmp_path, one=GOOD.replace("Good", "Better"), two=GOOD)
    changed = await titles(folder)
    (tmp_path / "two.md").unlink()
    (tmp_path / "one.md").write_text("broken")
    broken = await folder.shelf()

    assert before == ["Good"]
    assert changed == ["Better", "Good"]
    assert broken.entries == ()
    assert len(broken.left_out) == 1


async def test_a_folder_that_is_not_there_is_unreachable_and_named_without_its_path(
    tmp_path: Path,
) -> None:
    folder = Folder("folder", tmp_path / "missing")

    with pytest.raises(UnreachableError, match="'missing'") as failure:
        await folder.require_ready()

    assert str(tmp_path) not in failure.value.reason
