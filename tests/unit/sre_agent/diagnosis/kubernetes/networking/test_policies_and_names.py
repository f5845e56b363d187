"""Policies are computed, look-ups read; what gets through, or is not needed, accuses nobody."""

from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.networking import dns, policy_blocks, policy_idle
from sre_agent.domain.cluster.meta import Selector
from sre_agent.domain.cluster.network import (
    Connectivity,
    NetworkPolicy,
    Peer,
    PolicyRule,
    ServicePort,
)
from sre_agent.domain.cluster.pods import EnvVar, Pod
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

INTO_WEB = (Fault.NETWORK_POLICY_BLOCKS, "web")
OUT_OF_SHOP = (Fault.NETWORK_POLICY_BLOCKS, "shop")
LOST = (Fault.DNS_FAILURE, "web")
DOWN = (Fault.CLUSTER_DNS_UNAVAILABLE, "coredns")
OF_SHOP = Peer(pods=Selector(labels={"app": "shop"}))
OF_OTHERS = Peer(pods=Selector(labels={"app": "other"}))
NAMES = PolicyRule(ports=(ServicePort(port=53, protocol="UDP"),))


def policy(app: str, direction: str = "Ingress", *rules: PolicyRule) -> NetworkPolicy:
    return NetworkPolicy(
        meta=make.meta("NetworkPolicy", "guard"),
        selector=Selector(labels={"app": app}),
        directions=(direction,),
        ingress=rules if direction == "Ingress" else (),
        egress=rules if direction == "Egress" else (),
    )


def shop_calls_web(*more: object) -> Snapshot:
    """Return a caller and a callee that are well."""
    env = (EnvVar(name="WEB_ADDR", value="web:80"),)
    shop = make.deployment("shop", make.template(make.container(env=env)))
    web = make.deployment("web")
    return make.snapshot(
        shop,
        web,
        make.replicaset(shop),
        make.replicaset(web),
        make.pod(shop),
        make.pod(web),
        make.service("web"),
        *more,
    )


@pytest.mark.parametrize(
    "rules",
    [
        (),
        (PolicyRule(peers=(OF_OTHERS,)),),
        (PolicyRule(peers=(OF_SHOP,), ports=(ServicePort(port=9090),)),),
        (
            PolicyRule(
                peers=(Peer(namespaces=Selector(labels={"kubernetes.io/metadata.name": "x"})),)
            ),
        ),
        (PolicyRule(peers=(Peer(cidr="10.9.0.0/16"),)),),
    ],
)
def test_a_policy_that_lets_no_caller_in_blocks_the_callee(rules: tuple[PolicyRule, ...]) -> None:
    cluster = shop_calls_web(policy("web", "Ingress", *rules))

    assert INTO_WEB in suspected(cluster, policy_blocks.analyze)


@pytest.mark.parametrize(
    "rules",
    [
        (PolicyRule(),),
        (PolicyRule(peers=(OF_SHOP,)),),
        (PolicyRule(peers=(OF_OTHERS,)), PolicyRule(peers=(OF_SHOP,))),
        (PolicyRule(peers=(OF_SHOP,), ports=(ServicePort(port=80),)),),
        (PolicyRule(peers=(Peer(namespaces=Selector()),)),),
        (PolicyRule(peers=(Peer(cidr="0.0.0.0/0"),)),),
    ],
)
def test_a_policy_with_one_rule_for_the_caller_does_not(rules: tuple[PolicyRule, ...]) -> None:
    cluster = shop_calls_web(policy("web", "Ingress", *rules))

    assert not suspected(cluster, policy_blocks.analyze)


def test_a_policy_of_other_pods_blocks_nobody() -> None:
    assert not suspected(shop_calls_web(policy("db")), policy_blocks.analyze)


def test_a_caller_that_says_that_it_waits_in_vain_makes_it_weigh_more() -> None:
    waits = make.log("shop", "GET http://web: context deadline exceeded")

    seen = suspected(shop_calls_web(policy("web"), waits), policy_blocks.analyze)
    unseen = suspected(shop_calls_web(policy("web")), policy_blocks.analyze)

    assert seen[INTO_WEB] > 3 > unseen[INTO_WEB]


def test_a_policy_that_nobody_carries_out_blocks_nobody() -> None:
    tried = Connectivity(
        service=make.ref("Service", "web"), port=80, source=EvidenceId("try"), is_open=True
    )

    assert not suspected(shop_calls_web(policy("web"), tried), policy_blocks.analyze)


def test_a_policy_before_a_workload_without_pods_is_not_what_blocks_it() -> None:
    cluster = make.snapshot(make.deployment("web", desired=0), make.service("web"), policy("web"))

    assert not suspected(cluster, policy_blocks.analyze)


def test_a_policy_that_lets_nobody_ask_for_names_blocks_the_caller() -> None:
    cluster = shop_calls_web(policy("shop", "Egress", PolicyRule(ports=(ServicePort(port=80),))))

    assert OUT_OF_SHOP in suspected(cluster, policy_blocks.analyze)


def test_a_policy_that_lets_a_caller_ask_for_names_but_not_call_blocks_it() -> None:
    cluster = shop_calls_web(policy("shop", "Egress", NAMES, PolicyRule(peers=(OF_OTHERS,))))

    assert OUT_OF_SHOP in suspected(cluster, policy_blocks.analyze)


def test_a_policy_that_lets_a_caller_out_does_not_block_it() -> None:
    of_web = Peer(pods=Selector(labels={"app": "web"}))
    cluster = shop_calls_web(policy("shop", "Egress", NAMES, PolicyRule(peers=(of_web,))))

    assert not suspected(cluster, policy_blocks.analyze)


def test_a_policy_for_no_pod_is_noted() -> None:
    key = (Fault.NETWORK_POLICY_SELECTS_NOTHING, "guard")

    assert suspected(shop_calls_web(policy("gone")), policy_idle.analyze)[key] < 1
    assert not suspected(shop_calls_web(policy("web")), policy_idle.analyze)
    assert not suspected(make.snapshot(policy("gone"), complete=()), policy_idle.analyze)


def looking_up(*lines: str, ready: bool = False, **spec: Any) -> Snapshot:
    """Return a workload that looks names up, beside a Service `db`."""
    web = make.deployment("web", make.template(**spec))
    pod = make.pod(web, ready=ready)
    return make.snapshot(
        web, make.replicaset(web), pod, make.service("db"), make.log("web", *lines)
    )


@pytest.mark.parametrize(
    "line",
    [
        "dial tcp: lookup mesh.infra.svc on 10.9.9.9:53: read udp: i/o timeout",
        "getaddrinfo EAI_AGAIN db",
        "java.net.UnknownHostException: db: Temporary failure in name resolution",
        "java.net.UnknownHostException: db",
        "dial tcp: lookup db on 10.0.0.10:53: no such host",
        "Could not resolve host: db",
    ],
)
def test_a_name_that_exists_or_gets_no_answer_is_a_failure_of_the_way(line: str) -> None:
    assert suspected(looking_up(line), dns.analyze)[LOST] >= 3


def test_a_name_that_does_not_exist_is_rather_wrong_itself() -> None:
    line = "dial tcp: lookup bd on 10.0.0.10:53: no such host"

    assert suspected(looking_up(line), dns.analyze)[LOST] <= 1


def test_look_ups_that_fail_again_and_again_count_though_the_workload_bears_them() -> None:
    line = "lookup db on 10.9.9.9:53: read udp: i/o timeout"

    once = suspected(looking_up(line, ready=True), dns.analyze)[LOST]
    often = suspected(looking_up(*[line] * 12, ready=True), dns.analyze)[LOST]

    assert often > once


def test_a_timeout_that_is_no_look_up_is_none() -> None:
    assert not suspected(looking_up("read tcp 10.0.0.1:80: i/o timeout"), dns.analyze)


def test_a_template_that_asks_a_stranger_for_names_fails_by_its_own_settings() -> None:
    strange: dict[str, Any] = {"dns_policy": "None", "nameservers": ("10.9.9.9",)}
    line = "lookup db on 10.9.9.9:53: read udp: i/o timeout"

    assert suspected(looking_up(line, **strange), dns.analyze)[LOST] >= 4
    assert suspected(looking_up(**strange), dns.analyze)[LOST] == 3
    assert suspected(looking_up(ready=True, **strange), dns.analyze)[LOST] < 1


def test_a_template_that_names_the_clusters_own_dns_is_well() -> None:
    own = make.deployment("web", make.template(dns_policy="None", nameservers=("10.0.0.10",)))
    server = make.service("kube-dns", namespace="kube-system", cluster_ip="10.0.0.10")

    assert not suspected(make.snapshot(own, server, make.pod(own, ready=False)), dns.analyze)


def servers(*, ready: bool) -> tuple[Workload, Pod]:
    coredns = make.deployment("coredns", namespace="kube-system")
    return coredns, make.pod(coredns, ready=ready)


def test_the_clusters_dns_without_a_ready_pod_is_down() -> None:
    assert list(suspected(make.snapshot(*servers(ready=False)), dns.analyze)) == [DOWN]
    assert not suspected(make.snapshot(*servers(ready=True)), dns.analyze)


def test_many_that_cannot_resolve_names_point_at_the_clusters_dns() -> None:
    names = ("a", "b", "c")
    sick = [make.pod(make.deployment(name), ready=False) for name in names]
    logs = [make.log(name, "lookup db on 10.0.0.10:53: i/o timeout") for name in names]
    cluster = make.snapshot(*map(make.deployment, names), *sick, *logs, *servers(ready=True))

    found = suspected(cluster, dns.analyze)

    assert max(found, key=lambda key: found[key]) == DOWN
