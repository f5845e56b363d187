"""Refused rights and distrusted certificates count by the harm they do; open rights hardly at all."""

import pytest

from sre_agent.diagnosis.kubernetes.security import certificates, insecure, permissions
from sre_agent.domain.cluster.pods import Volume
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

FORBIDDEN = (
    'pods is forbidden: User "system:serviceaccount:shop:web" cannot list resource "pods" '
    'in API group ""'
)


def said(line: str, *, ready: bool = False, previous: bool = False) -> Snapshot:
    web = make.deployment("web")
    log = make.log("web", line, is_previous=previous)
    return make.snapshot(web, make.replicaset(web), make.pod(web, ready=ready), log)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("x509: certificate has expired or is not yet valid", Fault.CERTIFICATE_EXPIRY),
        ("Error: CERT_HAS_EXPIRED", Fault.CERTIFICATE_EXPIRY),
        ("x509: certificate signed by unknown authority", Fault.CERTIFICATE_UNTRUSTED),
        ("PKIX path building failed", Fault.CERTIFICATE_UNTRUSTED),
        ("x509: certificate is valid for a.test, not b.test", Fault.CERTIFICATE_UNTRUSTED),
    ],
)
def test_a_certificate_that_stops_a_workload_is_named(line: str, fault: Fault) -> None:
    sick = suspected(said(line), certificates.analyze)
    well = suspected(said(line, ready=True), certificates.analyze)

    assert sick[(fault, "web")] > well[(fault, "web")]


def test_a_certificate_that_an_event_tells_of_is_named() -> None:
    issuer = make.ref("Certificate", "web-tls")
    event = make.event(issuer, "Failed", "x509: certificate has expired")

    assert (Fault.CERTIFICATE_EXPIRY, "web-tls") in suspected(
        make.snapshot(event), certificates.analyze
    )


@pytest.mark.parametrize(
    "cluster",
    [
        said("renewed the certificate, valid for 90 days"),
        said("x509: certificate has expired", ready=True, previous=True),
    ],
)
def test_a_certificate_that_is_well_or_renewed_is_not(cluster: Snapshot) -> None:
    assert not suspected(cluster, certificates.analyze)


def test_a_service_account_that_is_refused_is_named() -> None:
    key = (Fault.PERMISSION_DENIED_BY_RBAC, "web")

    assert suspected(said(FORBIDDEN), permissions.analyze)[key] >= 4
    assert suspected(said(FORBIDDEN, ready=True), permissions.analyze)[key] < 4


@pytest.mark.parametrize(
    "line", ["403 Forbidden", 'pods "x" is forbidden: exceeded quota', "is forbidden: User cannot"]
)
def test_other_refusals_are_not_of_rights(line: str) -> None:
    assert not suspected(said(line), permissions.analyze)


@pytest.mark.parametrize(
    "spec",
    [
        make.template(make.container(is_privileged=True)),
        make.template(host_network=True),
        make.template(volumes=(Volume(name="root", kind="HostPath"),)),
    ],
)
def test_open_rights_are_noted_and_never_outrank_trouble(spec: object) -> None:
    web = make.deployment("web", spec)  # type: ignore[arg-type]  # a template

    assert 0 < suspected(make.snapshot(web), insecure.analyze)[(Fault.INSECURE_WORKLOAD, "web")] < 1


def test_what_serves_nodes_may_have_such_rights() -> None:
    open_ = make.template(make.container(is_privileged=True))
    agent = make.workload("DaemonSet", "agent", open_)
    proxy = make.deployment("proxy", open_, namespace="kube-system")

    assert not suspected(make.snapshot(agent, proxy), insecure.analyze)
    assert not suspected(make.snapshot(make.deployment("web")), insecure.analyze)
