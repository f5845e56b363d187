"""What a revision changed, in a sentence: what its programs see, before what is only written beside."""

from datetime import UTC, datetime

import pytest

from sre_agent.diagnosis.changes.releases import SHOWN, Release
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Revision, TemplateChange

NOTE = TemplateChange(path="annotations[example.com/revision]", before=None, after="0cbc1c77")
LABEL = TemplateChange(path="labels[version]", before="1", after="2")
IMAGE = TemplateChange(path="containers[web].image", before="web:1", after="web:2")
NOTES = (*(NOTE,) * SHOWN, LABEL)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((*NOTES, IMAGE), "containers[web].image: web:1 → web:2"),
        ((LABEL,), "labels[version]: 1 → 2"),
        ((NOTE,), "annotations[example.com/revision]: none → 0cbc1c77"),
        ((), ""),
    ],
)
def test_what_programs_see_is_told_and_notes_where_there_is_nothing_else(
    changes: tuple[TemplateChange, ...], said: str
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    revision = Revision(
        number=2,
        replicaset="web-2",
        template_hash="2",
        created_at=at,
        desired=1,
        ready=1,
        is_current=True,
        images=("web:2",),
        changes=changes,
    )
    ref = ObjectRef.deployment("shop", "web")
    release = Release(
        object=ref,
        revision=revision,
        started_at=at,
        is_rolling_out=False,
        is_current=True,
        is_return=False,
        evidence_ids=(EvidenceId("k8s-1.1"),),
    )

    assert release.what_changed == said
