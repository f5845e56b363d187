"""What a commit of main asks of the cluster."""

import pytest
from forge_client import Client

from infrastructure.lab.forge import deployer, edits, rollouts
from infrastructure.lab.forge.building import Image
from infrastructure.lab.forge.edits import Recipe
from infrastructure.lab.forge.objects import files
from infrastructure.lab.manifests import CHANGE_CAUSE
from infrastructure.lab.world import Role

ROLE = Role.CHECKOUT


def committed(client: Client, recipe: Recipe) -> str:
    """Write an edit as a commit upon main; return its SHA."""
    held = {path: data.decode() for path, data in files(client.forge.git, "main").items()}
    edit = edits.edit(recipe, client.forge.world, ROLE)
    changed: dict[str, str | None] = {}
    for step in edit.steps:
        for path, change in step.items():
            changed[path] = held[path] = change(held[path])
    return client.commit(changed)


@pytest.mark.parametrize(
    ("recipe", "roles"),
    [
        (Recipe.MINOR_UNITS, [ROLE]),
        (Recipe.FEWER_REVISIONS, [ROLE]),
        (Recipe.COMMENT, list(Role)),
        (Recipe.EXPLAIN, []),
        (Recipe.FLAG_ON, []),
    ],
)
def test_a_commit_concerns_the_services_whose_code_or_manifests_it_touches(
    client: Client, recipe: Recipe, roles: list[Role]
) -> None:
    forge = client.forge

    sha = committed(client, recipe)

    assert rollouts.touched(forge.git, forge.world, forge.head, sha) == roles


def test_only_a_change_of_the_template_asks_for_other_pods(client: Client) -> None:
    forge = client.forge
    known = rollouts.declared(forge.git, forge.world, ROLE, forge.head)

    for recipe, is_same in ((Recipe.FEWER_REVISIONS, True), (Recipe.SHORT_PATIENCE, False)):
        sha = committed(client, recipe)
        _, wanted = rollouts.declared(forge.git, forge.world, ROLE, sha)
        assert rollouts.has_template(known, wanted) is is_same


def test_a_rollout_says_what_it_runs_and_why(client: Client) -> None:
    forge = client.forge
    _, declared = rollouts.declared(forge.git, forge.world, ROLE, forge.head)

    built = rollouts.released(declared, Image("lab/a:1", "abc"), "http://f/o/r", "Deploy abc: x")
    first = rollouts.released(declared, Image("lab/a:v1", None), "http://f/o/r", None)

    assert rollouts.image_of(built) == "lab/a:1"
    assert built["spec"]["template"]["metadata"]["annotations"] == {
        rollouts.REVISION: "abc",
        rollouts.SOURCE: "http://f/o/r",
    }
    assert built["metadata"]["annotations"][CHANGE_CAUSE] == "Deploy abc: x"
    assert "annotations" not in first["spec"]["template"]["metadata"]
    assert CHANGE_CAUSE not in first["metadata"]["annotations"]


def test_the_cluster_has_been_told_of_the_first_release_also_when_that_comes_back(
    client: Client,
) -> None:
    forge = client.forge
    assert deployer.applied(forge) == forge.head
    request = client.propose("topic", {"NOTES.md": "x\n"})
    client.ask("PUT", f"/pulls/{request['number']}/merge", json={})
    assert deployer.applied(forge) != forge.head

    restored = client.with_("admin").ask("POST", "//lab/restore")["sha"]

    assert deployer.applied(forge) == restored
