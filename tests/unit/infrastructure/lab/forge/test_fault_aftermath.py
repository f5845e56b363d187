"""What main holds of a fault's commits: held against what it would be without the culprit alone."""

import json
from pathlib import Path

import pytest
from forge_client import Client

from infrastructure.lab import aftermath
from infrastructure.lab.labdir import LabDir

LINES = [f"line {number}\n" for number in range(30)]
SOURCE = "services/a.py"
NOTES, GUIDE = "NOTES.md", "GUIDE.md"


def text(**changed: str) -> str:
    """Return the file with some lines (`at_5="..."`) replaced."""
    lines = list(LINES)
    for name, line in changed.items():
        lines[int(name.removeprefix("at_"))] = f"{line}\n"
    return "".join(lines)


class Story:
    """A forge in which somebody else works before and after the culprit."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client, self.lab = client, LabDir(folder)
        self.land({SOURCE: text(), NOTES: "one\n", GUIDE: "one\n"})
        self.before = self.land({GUIDE: "one\ntwo\n"})
        self.culprit = self.land({SOURCE: text(at_5="fails")})
        self.after = self.land({SOURCE: text(at_5="fails", at_25="works"), NOTES: "two\n"})
        note = {"fault": "bad-commit", "commit": self.culprit, "others": [self.before, self.after]}
        self.lab.faults.write_text(json.dumps(note) + "\n", encoding="utf-8")

    def land(self, files: dict[str, str | None]) -> str:
        """Put a commit on main; return it."""
        sha = self.client.commit(files)
        self.client.ask("PATCH", "/git/refs/heads/main", json={"sha": sha})
        return sha

    def look(self) -> aftermath.Aftermath:
        return aftermath.look(self.lab)


@pytest.fixture
def story(client: Client, tmp_path: Path) -> Story:
    return Story(client, tmp_path)


def test_looking_finds_the_culprit_and_all_else_and_leaves_nothing_in_the_repository(
    story: Story,
) -> None:
    before = sorted(story.lab.forge.rglob("*"))

    found = story.look()

    assert (found.commit, found.is_taken_back) == (story.culprit, False)
    assert (found.kept, found.lost) == ((story.before, story.after), ())
    assert found.head == story.after
    assert sorted(story.lab.forge.rglob("*")) == before


def test_a_true_revert_takes_back_one_commit_and_keeps_the_others(story: Story) -> None:
    head = story.land({SOURCE: text(at_25="works")})

    found = story.look()

    assert found.is_taken_back
    assert (found.kept, found.lost) == ((story.before, story.after), ())
    assert found.head == head


def test_going_back_to_the_state_before_the_culprit_loses_what_came_after(story: Story) -> None:
    story.land({SOURCE: text(), NOTES: "one\n"})

    found = story.look()

    assert found.is_taken_back
    assert (found.kept, found.lost) == ((story.before,), (story.after,))


def test_a_history_that_was_pushed_over_is_lost_whatever_the_files_say(story: Story) -> None:
    whole = {SOURCE: text(at_25="works"), NOTES: "two\n", GUIDE: "one\ntwo\n"}
    parent = story.client.get(f"/git/commits/{story.before}")["parents"][0]["sha"]
    sha = story.client.commit({**whole}, parents=[parent])
    story.client.ask("PATCH", "/git/refs/heads/main", json={"sha": sha, "force": True})

    found = story.look()

    assert found.lost == (story.before, story.after)


def test_an_innocent_commit_is_kept_where_nobody_touches_it(story: Story) -> None:
    note = {"fault": "innocent-deploy", "innocent": story.after}
    story.lab.faults.write_text(json.dumps(note) + "\n", encoding="utf-8")

    found = story.look()

    assert (found.commit, found.is_taken_back) == (None, False)
    assert (found.kept, found.lost) == ((story.after,), ())


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"fault": "bad-release"}],
        [{"fault": "bad-commit", "commit": "c" * 40}, {"healed": True}, {"fault": "oom"}],
    ],
)
def test_without_a_fault_of_commits_there_is_nothing_to_say(
    tmp_path: Path, lines: list[dict[str, object]]
) -> None:
    lab = LabDir(tmp_path)
    if lines:
        lab.faults.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")

    with pytest.raises(aftermath.NoCommitError):
        aftermath.look(lab)
