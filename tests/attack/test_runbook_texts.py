"""A runbook is a page of somebody's text: what it orders is a known step without an object, or nothing."""

import time
from pathlib import Path

import attack_corpus
import pytest
from attack_counts import Attack

from mcp_servers.runbooks import front_matter, steps
from mcp_servers.runbooks.actions import ACTIONS
from mcp_servers.runbooks.folder import Folder
from mcp_servers.runbooks.reading import MalformedError

pytestmark = pytest.mark.attack
TECHNIQUES = attack_corpus.by_technique()
WITHIN_S = 5.0
OF_OBJECTS = {"namespace", "name", "pod", "node", "grant", "dry_run"}


def pages(text: str) -> tuple[str, ...]:
    """Return runbooks that say the text everywhere: as a whole, in front, in a step, below."""
    fenced = f"---\ntitle: x\n---\n```sre-action\n{text}\n```\n"
    named = f"---\ntitle: x\n---\n```sre-action\naction: set_env\narguments: {{variable: A, value: {text}}}\n```"
    return (
        text,
        f"---\n{text}\n---\n",
        f"---\ntitle: {text}\n---\nx",
        fenced,
        named,
        f"---\ntitle: x\n---\n{text}",
    )


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_no_page_makes_a_step_of_its_own_or_breaks_the_reader(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        for page in pages(text):
            started = time.perf_counter()
            try:
                meta, below = front_matter.split(page)
                found = steps.read(meta.steps, below)
            except MalformedError:
                continue
            for step in found.usable:
                assert step.action in ACTIONS
                attack.writes_nothing(OF_OBJECTS & set(step.arguments))
                assert all(str(value).isprintable() for value in step.arguments.values())
            assert time.perf_counter() - started < WITHIN_S


@pytest.mark.parametrize("technique", ["runbook that orders", "yaml bombs in runbooks", "yaml"])
async def test_a_hostile_file_leaves_the_other_runbooks_of_a_folder_alone(
    technique: str, attack: Attack, tmp_path: Path
) -> None:
    attack.uses(technique)
    attack.throws(*TECHNIQUES[technique])
    for number, text in enumerate(TECHNIQUES[technique]):
        (tmp_path / f"hostile-{number}.md").write_text(text)
    (tmp_path / "good.md").write_text("---\ntitle: Good\n---\nLook.\n")
    (tmp_path / "linked.md").symlink_to("/etc/passwd")

    shelf = await Folder("folder", tmp_path).shelf()

    assert "good" in {entry.id for entry in shelf.entries}
    assert "root:" not in str(shelf)
