from datetime import timedelta
from typing import Any

import pytest
from supply_scene import judged, support, top

from sre_agent.domain.cluster.pods import Termination
from sre_agent.domain.cluster.rules import Secret
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

WEB = "Deployment/shop/web"
IMAGE = "registry.test/team/web:2"
HEAD = f'Failed to pull image "{IMAGE}": rpc error: failed to resolve reference "{IMAGE}": '


def pulling(
    said: str, *, reason: str = "ErrImagePull", image: str = IMAGE, **spec: Any
) -> list[Any]:
    container = cluster.container(image=image)
    web = cluster.deployment("web", cluster.template(container, **spec), ready=0, available=0)
    pod = cluster.waiting_pod(web, reason)
    return [web, pod, cluster.event(pod.meta, "Failed", said)]


@pytest.mark.parametrize(
    ("why", "fault"),
    [
        (f"{IMAGE}: not found", Fault.IMAGE_NOT_FOUND),
        ("manifest unknown: manifest tagged by 2 is not found", Fault.IMAGE_NOT_FOUND),
        ("failed to fetch anonymous token: 401 Unauthorized", Fault.IMAGE_PULL_UNAUTHORIZED),
        ("unexpected status: 403 Forbidden", Fault.IMAGE_PULL_UNAUTHORIZED),
        ("no basic auth credentials", Fault.IMAGE_PULL_UNAUTHORIZED),
        ("authorization failed", Fault.IMAGE_PULL_UNAUTHORIZED),
        ("dial tcp: lookup registry.test on 10.0.0.2:53: no such host", Fault.REGISTRY_DNS_FAILURE),
        ("dial tcp: lookup registry.test: i/o timeout", Fault.REGISTRY_DNS_FAILURE),
        ("lookup registry.test on 10.0.0.2:53: server misbehaving", Fault.REGISTRY_DNS_FAILURE),
        ("dial tcp 10.0.0.5:443: connect: connection refused", Fault.REGISTRY_UNREACHABLE),
        ("dial tcp 10.0.0.5:443: i/o timeout", Fault.REGISTRY_UNREACHABLE),
        ("net/http: TLS handshake timeout", Fault.REGISTRY_UNREACHABLE),
        ("x509: certificate signed by unknown authority", Fault.REGISTRY_UNREACHABLE),
        ("429 Too Many Requests - toomanyrequests", Fault.REGISTRY_UNREACHABLE),
        ("no match for platform in manifest", Fault.IMAGE_ARCHITECTURE_MISMATCH),
        ("something else", Fault.IMAGE_UNAVAILABLE),
    ],
)
def test_an_image_that_does_not_come_is_told_by_why(why: str, fault: Fault) -> None:
    assert set(judged(*pulling(HEAD + why))) == {(fault, WEB)}


def test_a_name_that_is_no_image_name_is_told_by_its_reason() -> None:
    said = 'Failed to apply default image tag "Web::": couldn\'t parse image reference "Web::"'

    found = judged(*pulling(said, reason="InvalidImageName", image="Web::"))

    assert set(found) == {(Fault.IMAGE_NAME_INVALID, WEB)}


def test_while_it_backs_off_the_last_failure_still_tells_why() -> None:
    found = judged(*pulling(HEAD + "not found", reason="ImagePullBackOff"))

    assert set(found) == {(Fault.IMAGE_NOT_FOUND, WEB)}
    assert found[Fault.IMAGE_NOT_FOUND, WEB].facts["image"] == IMAGE


def test_a_pull_secret_that_is_not_there_makes_it_sure_that_credentials_lack() -> None:
    said = HEAD + "401 Unauthorized"
    unable = (
        "Unable to retrieve some image pull secrets (regcred); attempting to pull may not succeed."
    )
    objects = pulling(said)

    plain = judged(*objects)
    with_event = judged(
        *objects, cluster.event(objects[1].meta, "FailedToRetrieveImagePullSecret", unable)
    )
    with_list = judged(*pulling(said, image_pull_secrets=("regcred",)))

    key = (Fault.IMAGE_PULL_UNAUTHORIZED, WEB)
    assert support(plain[key]) < support(with_event[key]) == support(with_list[key])


def test_a_pull_secret_that_is_there_does_not() -> None:
    secret = Secret(meta=cluster.meta("Secret", "regcred"))
    said = HEAD + "401 Unauthorized"

    found = judged(*pulling(said, image_pull_secrets=("regcred",)), secret)

    assert "pull secret" not in found[Fault.IMAGE_PULL_UNAUTHORIZED, WEB].statement


HIDING = "pull access denied, repository does not exist or may require authorization"


def test_a_registry_that_hides_what_it_has_is_taken_at_its_word_unless_the_name_is_misspelt() -> (
    None
):
    shop = cluster.deployment("shop", cluster.template(cluster.container(image=IMAGE)))
    typo = "registry.test/team/wbe:2"
    said = f'Failed to pull image "{typo}": {HIDING}'

    alone = judged(*pulling(f'Failed to pull image "{IMAGE}": {HIDING}'))
    misspelt = judged(*pulling(said, image=typo), shop, cluster.pod(shop))

    assert top(alone) == (Fault.IMAGE_PULL_UNAUTHORIZED, WEB)
    assert top(misspelt) == (Fault.IMAGE_NOT_FOUND, WEB)


def test_a_tag_that_is_not_there_is_no_misspelt_repository() -> None:
    shop = cluster.deployment(
        "shop", cluster.template(cluster.container(image="registry.test/team/web:1"))
    )

    found = judged(*pulling(HEAD + HIDING), shop, cluster.pod(shop))

    assert top(found) == (Fault.IMAGE_PULL_UNAUTHORIZED, WEB)


def test_of_two_failures_the_later_one_counts() -> None:
    objects = pulling(HEAD + "not found")
    ago = cluster.NOW - timedelta(minutes=20)
    old = cluster.event(objects[1].meta, "Failed", HEAD + "connection refused", last_at=ago)

    assert set(judged(*objects, old)) == {(Fault.IMAGE_NOT_FOUND, WEB)}


def test_an_image_that_came_at_the_second_try_says_nothing() -> None:
    web = cluster.deployment("web")
    pod = cluster.pod(web)

    assert judged(web, pod, cluster.event(pod.meta, "Failed", HEAD + "connection refused")) == {}


@pytest.mark.parametrize("where", ["log", "message", "event"])
def test_a_program_for_another_processor_is_told_wherever_it_is_said(where: str) -> None:
    said = "exec /bin/app: exec format error"
    web = cluster.deployment("web", ready=0)
    ended = Termination(reason="Error", exit_code=1, message=said if where == "message" else "")
    status = cluster.status(
        state="waiting", ready=False, reason="CrashLoopBackOff", last_ended=ended
    )
    pod = cluster.pod(web, ready=False, statuses=(status,))
    said_in: dict[str, list[Any]] = {
        "log": [cluster.log(pod.meta.ref.name, said)],
        "event": [cluster.event(pod.meta, "Failed", said)],
        "message": [],
    }

    node = cluster.node("node-1", labels={"kubernetes.io/arch": "arm64"})
    found = judged(web, pod, node, *said_in[where])

    assert set(found) == {(Fault.IMAGE_ARCHITECTURE_MISMATCH, WEB)}
    assert "arm64" in found[Fault.IMAGE_ARCHITECTURE_MISMATCH, WEB].statement


def test_a_pod_that_runs_has_the_right_processor() -> None:
    web = cluster.deployment("web")
    pod = cluster.pod(web)

    assert judged(web, pod, cluster.log(pod.meta.ref.name, "child: exec format error")) == {}
