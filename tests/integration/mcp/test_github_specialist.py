"""The specialist on the lab's forge, over the wire: what it brings is known, can be taken back, and has its people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from github_lab import Forge, hands_on
from hands_lab import Signer, serving

from infrastructure.lab import world as worlds
from infrastructure.lab.developer import Developer
from infrastructure.lab.forge import edits
from infrastructure.lab.forge import forge as forges
from infrastructure.lab.forge.app import create_app
from infrastructure.lab.forge.checks import Checks
from infrastructure.lab.forge.edits import Recipe
from infrastructure.lab.world import Role
from sre_agent.agents import loop
from sre_agent.agents.loop import Assignment, Limits
from sre_agent.agents.specialists import BY_NAME
from sre_agent.config import permissions
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.diagnosis.changes import knowers, known
from sre_agent.diagnosis.incident import case
from sre_agent.domain.causes import Question
from sre_agent.domain.ids import NO_EVIDENCE
from sre_agent.domain.incident import Incident
from sre_agent.domain.timeline import ChangeKind
from sre_agent.testing.world import World

LIMITS = Limits(permissions.load_allow_list())


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[forges.Forge]:
    found = forges.opened(
        tmp_path_factory.mktemp("forge") / "forge", worlds.make(1), "http://x.test"
    )
    checks = Checks(found)
    checks.start()
    try:
        yield found
    finally:
        checks.stop()
        found.store.close()


def incident() -> Incident:
    now = datetime.now(UTC) + timedelta(minutes=1)
    return World(5, now=now).incident("core", ago_s=1)


def asked(tool: str, **arguments: Any) -> Question:
    return Question(
        specialist="github",
        topic=Topic.CODE,
        object=World(5).ref("core"),
        reason="it is the cause",
        tool=tool,
        arguments=arguments,
    )


async def test_what_it_brings_can_be_taken_back_and_has_its_people(
    lab: forges.Forge, signer: Signer
) -> None:
    edit = edits.edit(Recipe.SHIPPING, lab.world, Role.CHECKOUT)
    about, rights = incident(), lab.access.by_right
    async with serving(create_app(lab)) as served:
        url = served.removesuffix("/mcp")
        async with Developer(url, lab.full_name, rights["admin"]) as developer:
            sha = (await developer.land(edit)).sha
        forge = Forge(f"{url}/api/v3", lab.full_name, rights["read"], rights["write"])
        async with hands_on(forge, signer) as hands:
            first = await loop.run(BY_NAME["github"], Assignment(about, 1), hands.toolbox, LIMITS)
            seen = case.build(first.evidence, about, about.opened_at)
            found = known.read(seen)
            change = next(
                item
                for _, item in found.changes
                if (item.commit, item.kind) == (sha, ChangeKind.COMMIT)
            )
            number = found.pull_request(change)
            parent = found.parents[sha][0]
            wanted = [
                asked("get_pull_request", number=number or 0, repository=lab.full_name),
                asked("codeowners", paths=change.paths[0], repository=lab.full_name),
                asked("blame", path=change.paths[0], ref=parent, repository=lab.full_name),
            ]
            again = Assignment(about, 2, questions=wanted, evidence=first.evidence)
            second = await loop.run(BY_NAME["github"], again, hands.toolbox, LIMITS)

    assert (first.gaps, second.gaps) == ((), ())
    assert found.taking_back(change) == {
        "repository": lab.full_name,
        "commit": sha,
        "pull_request": number,
        "branch": "main",
    }
    assert "SHIPPING / (len(lines) - 1)" in change.diff
    whole = case.build([*first.evidence, *second.evidence], about, about.opened_at)
    people = {
        item.who: item.how
        for item in knowers.of(whole.repositories, known.read(whole), change, NO_EVIDENCE)
    }
    assert "wrote the change" in people[edit.author.login]
    assert any("CODEOWNERS" in how for hows in people.values() for how in hows)
    assert any("wrote the lines before" in how for hows in people.values() for how in hows)
