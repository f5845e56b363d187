"""Changes become hypotheses that cite their evidence, of the class their files speak of."""

from dataclasses import replace

import pytest
from changes_told import commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import hypotheses, judgement, scene
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("services/pay/pay.go", FaultClass.BAD_RELEASE),
        ("deploy/pay/values.yaml", FaultClass.BAD_CONFIG_CHANGE),
        ("migrations/0042.sql", FaultClass.BAD_MIGRATION),
    ],
)
def test_the_class_follows_from_the_files_that_are_touched(path: str, fault: FaultClass) -> None:
    assert hypotheses.fault_class(commit("a", 1, "x", path)) is fault


def test_a_commit_is_proposed_with_its_evidence_and_without_any_it_is_not() -> None:
    bare = commit(
        "p", 66, "lower limit", "deploy/gateway/limits.yaml", "-  limit: 500\n+  limit: 50"
    )
    cited = replace(bare, source=EvidenceId("e1"))
    story = told(
        "gateway",
        {("gateway", "http_429_ratio"): stepped(0.001, 0.6)},
        lines("gateway", "429 too many requests"),
        [bare],
        [deploy("p", 68, "gateway")],
    )

    seen, unseen = (
        hypotheses.propose(told_scene, judgement.judge(told_scene), "shop")
        for told_scene in (scene.build(replace(story, commits=[item])) for item in (cited, bare))
    )

    assert [str(item.object) for item in seen] == ["Deployment/shop/gateway"]
    assert {id_ for item in seen for finding in item.findings for id_ in finding.evidence_ids} == {
        "e1"
    }
    assert unseen == ()
