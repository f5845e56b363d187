"""What a commit sets for another environment does no harm here, where it is known which one this is."""

from dataclasses import replace

import pytest
from changes_told import commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import environments, judgement, scene
from sre_agent.diagnosis.changes.commits import HARMLESS
from sre_agent.diagnosis.changes.environments import Where
from sre_agent.diagnosis.changes.judgement import Judgement

LESS_MEMORY = "@@ -9,1 +9,1 @@\n-  memory: 512Mi\n+  memory: 32Mi"


def judged(path: str, environment: str) -> Judgement:
    story = told(
        "api",
        {("api", "error_ratio"): stepped(0.003, 0.6)},
        lines("api", "OOMKilled: out of memory"),
        [commit("p", 66, "Less memory", path, LESS_MEMORY)],
        [deploy("p", 68, "api")],
    )
    return judgement.judge(scene.build(replace(story, environment=environment)))


def is_proven(found: Judgement) -> bool:
    return any(reason.rule == HARMLESS for reason in found.charges[0].reasons)


@pytest.mark.parametrize(
    "path", ["deploy/staging/values.yaml", "deploy/values-staging.yaml", "deploy/values.stg.yaml"]
)
def test_in_staging_what_is_set_for_staging_is_blamed_and_in_production_not(path: str) -> None:
    assert judged(path, "staging").culprit is not None
    assert judged(path, "production").culprit is None
    assert is_proven(judged(path, "prod-eu"))


def test_where_nobody_knows_which_environment_this_is_it_proves_nothing() -> None:
    found = judged("deploy/staging/values.yaml", "")

    assert not is_proven(found)
    assert found.culprit is None


@pytest.mark.parametrize("environment", ["", "staging", "production"])
def test_what_people_set_on_their_own_machines_is_of_no_environment(environment: str) -> None:
    assert is_proven(judged("deploy/values-local.yaml", environment))


@pytest.mark.parametrize(
    ("paths", "environment", "expected"),
    [
        (["deploy/staging/a.yaml", "deploy/dev/a.yaml"], "production", Where.ELSEWHERE),
        (["deploy/staging/a.yaml", "deploy/dev/a.yaml"], "dev", Where.HERE),
        (["deploy/staging/a.yaml"], "blue", Where.UNKNOWN),
        (["deploy/prod-cluster/staging/a.yaml"], "production", Where.UNKNOWN),
        (["nonprod/dev/a.yaml"], "production", Where.ELSEWHERE),
    ],
)
def test_one_file_of_this_environment_is_enough(
    paths: list[str], environment: str, expected: Where
) -> None:
    assert environments.where_files(paths, environment) is expected
