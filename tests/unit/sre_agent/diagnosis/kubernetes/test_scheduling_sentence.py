import pytest

from sre_agent.diagnosis.kubernetes.scheduling.sentence import Bar, verdict_of


@pytest.mark.parametrize(
    ("why", "counts"),
    [
        ("1 node(s) were unschedulable, 3 Insufficient cpu", {Bar.UNSCHEDULABLE: 1, Bar.CPU: 3}),
        ("2 Insufficient memory, 2 Insufficient cpu", {Bar.MEMORY: 2, Bar.CPU: 2}),
        (
            "1 node(s) had untolerated taint {team: red, blue}, "
            "2 node(s) had untolerated taint {node.kubernetes.io/unreachable: }",
            {Bar.TAINT: 3},
        ),
        ("1 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate", {Bar.TAINT: 1}),
        ("4 node(s) didn't match Pod's node affinity/selector", {Bar.SELECTOR: 4}),
        ("4 node(s) didn't match node selector", {Bar.SELECTOR: 4}),
        ("3 node(s) didn't match pod anti-affinity rules", {Bar.ANTI_AFFINITY: 3}),
        ("3 node(s) didn't satisfy existing pods anti-affinity rules", {Bar.ANTI_AFFINITY: 3}),
        ("3 node(s) didn't match pod affinity rules", {Bar.AFFINITY: 3}),
        ("3 node(s) didn't match pod affinity/anti-affinity rules", {Bar.ANTI_AFFINITY: 3}),
        ("3 node(s) didn't match pod topology spread constraints", {Bar.SPREAD: 3}),
        ("2 node(s) had volume node affinity conflict", {Bar.VOLUME: 2}),
        ("2 node(s) exceed max volume count", {Bar.VOLUME_LIMIT: 2}),
        ("2 node(s) didn't have free ports for the requested pod ports", {Bar.HOST_PORT: 2}),
        ("2 Too many pods", {Bar.POD_LIMIT: 2}),
        ("2 Insufficient nvidia.com/gpu", {Bar.EXTENDED: 2}),
        ("2 Insufficient ephemeral-storage", {Bar.EPHEMERAL_STORAGE: 2}),
        ("1 node(s) didn't match the requested node name", {Bar.NODE_NAME: 1}),
    ],
)
def test_each_reason_of_the_scheduler_is_counted_as_what_it_is(
    why: str, counts: dict[Bar, int]
) -> None:
    verdict = verdict_of(f"0/4 nodes are available: {why}.")

    assert verdict is not None
    assert (verdict.nodes, dict(verdict.counts), verdict.others) == (4, counts, ())


def test_what_preemption_would_do_is_no_reason() -> None:
    verdict = verdict_of(
        "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: "
        "0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )

    assert verdict is not None
    assert dict(verdict.counts) == {Bar.CPU: 2}


def test_a_taint_is_quoted_with_its_commas() -> None:
    verdict = verdict_of("0/1 nodes are available: 1 node(s) had untolerated taint {a: b, c}.")

    assert verdict is not None
    assert verdict.details[Bar.TAINT] == ("node(s) had untolerated taint {a: b, c}",)


def test_what_is_said_of_claims_is_kept_apart() -> None:
    verdict = verdict_of('0/4 nodes are available: persistentvolumeclaim "data" not found.')

    assert verdict is not None
    assert (dict(verdict.counts), verdict.others) == (
        {},
        ('persistentvolumeclaim "data" not found',),
    )


def test_another_message_is_no_sentence_of_the_scheduler() -> None:
    assert verdict_of("skip schedule deleting pod: shop/web") is None
