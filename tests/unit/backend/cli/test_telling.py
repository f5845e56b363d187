"""What a person reads before saying yes is all that the dry run said."""

from backend.cli import telling

PLAN = {
    "actions": [
        {
            "call": {"tool": "rollback_rollout", "arguments": {"name": "web", "to_revision": 3}},
            "dry_run": {"changes": ["image: v2 -> v1"], "warnings": ["the rollout is [paused]"]},
            "blast_radius": {"statement": "2 pods are replaced"},
            "inverse": {"tool": "rollback_rollout", "arguments": {"to_revision": 4}},
        }
    ]
}


def test_a_plan_is_told_with_changes_warnings_reach_and_undo() -> None:
    told = "\n".join(telling.plan(PLAN))

    assert "rollback_rollout(name=web, to_revision=3)" in told
    assert "image: v2 -> v1" in told
    assert "2 pods are replaced" in told
    assert "undone by rollback_rollout(to_revision=4)" in told


def test_a_warning_is_shown_as_text_not_as_markup() -> None:
    told = "\n".join(telling.plan(PLAN))

    assert r"the rollout is \[paused]" in told
