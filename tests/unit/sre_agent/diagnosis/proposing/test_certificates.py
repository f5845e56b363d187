"""A certificate that runs out is named as such, when Prometheus itself says so."""

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.proposing import certificates
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

NAME = "CertManagerCertExpirySoon"


def incident(world: World, **labels: str) -> Incident:
    found = world.incident("core", ago_s=600)
    [alert] = found.alerts
    told = alert.model_copy(update={"name": NAME, "labels": labels or alert.labels})
    return found.model_copy(update={"alerts": (told,)})


def judged(world: World, found: Incident, *, state: str = "firing") -> Diagnosis:
    [alert] = found.alerts
    active = ActiveAlert(name=alert.name, state=state, labels=alert.labels)
    alerts = build.evidence("met-9.1", AlertList(alerts=(active,)), world.now)
    return diagnose([*views.evidence(world, *ROLES), alerts], found, world.now)


def test_a_certificate_of_a_known_service_is_the_cause() -> None:
    world = World(21)

    found = judged(world, incident(world))

    top = found.causes[0]
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert (top.fault_class, top.object) == (FaultClass.CERTIFICATE_EXPIRY, world.ref("core"))
    assert top.evidence_for[0] == "met-9.1"


def test_a_certificate_of_something_unknown_is_named_by_its_label() -> None:
    world = World(22)

    found = judged(world, incident(world, instance="https://pay.example", namespace="edge"))

    top = found.causes[0]
    assert top.fault_class is FaultClass.CERTIFICATE_EXPIRY
    assert top.facts["detail"] == "https://pay.example"
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason


def test_an_alert_that_prometheus_does_not_fire_names_no_certificate() -> None:
    world = World(23)

    found = judged(world, incident(world), state="pending")

    assert all(cause.fault_class is not FaultClass.CERTIFICATE_EXPIRY for cause in found.causes)


@pytest.mark.parametrize(
    ("name", "is_about"),
    [
        ("CertManagerCertExpirySoon", True),
        ("BlackboxSslCertificateWillExpireSoon", True),
        ("KubeletClientCertificateExpiration", True),
        ("TLSCertExpiringSoon", True),
        ("CertManagerCertNotReady", True),
        ("HighErrorRate", False),
        ("CertifiedOrdersLow", False),
        ("SessionExpired", False),
        ("KubeClientCertificateRenewalErrors", True),
    ],
)
def test_alerts_about_certificates_are_known_by_their_names(name: str, *, is_about: bool) -> None:
    assert certificates.is_about(name) is is_about
