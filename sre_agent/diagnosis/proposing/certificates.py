"""Certificates that run out: always for a person, so that it is said early and surely."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.alert import Alert, AlertStatus
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

ABOUT_CERTIFICATES = re.compile(
    r"cert(?:ificate)?s?[_ ]?(?:manager)?.*(?:expir|renew|not_?ready)|(?:ssl|tls).*(?:cert|expir)",
    re.IGNORECASE,
)
NAMED_BY = ("instance", "certificate", "name", "exported_name", "secret", "host", "target")
"""Labels that say which certificate, the surest first."""


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect the certificate that an alert names, where Prometheus has that alert firing as well."""
    seen = situation.case.alerts
    for alert in situation.case.incident.alerts:
        if seen is None or alert.status is not AlertStatus.FIRING or not is_about(alert.name):
            continue
        confirmed = [
            item for item in seen.fact.alerts if item.name == alert.name and item.state == "firing"
        ]
        if confirmed:
            yield _hypothesis(situation, alert, seen.id)
            return


def is_about(alert_name: str) -> bool:
    """Return whether an alert of that name is about the end of a certificate."""
    return bool(ABOUT_CERTIFICATES.search(alert_name))


def _hypothesis(situation: Situation, alert: Alert, evidence_id: EvidenceId) -> Hypothesis:
    ref = situation.workload_of(alert) or _stranger(alert, situation)
    named = next((alert.labels[label] for label in NAMED_BY if alert.labels.get(label)), ref.name)
    statement = f"Prometheus has {alert.name} firing: the certificate of {named} runs out"
    finding = Suspect(FaultClass.CERTIFICATE_EXPIRY, ref).speaks_for(
        "certificates.alert_fires",
        weights.POD_STATE + weights.ALERT_NAMES_IT,
        statement,
        [evidence_id],
    )
    return Hypothesis(
        fault_class=FaultClass.CERTIFICATE_EXPIRY,
        object=ref,
        statement=statement,
        findings=(finding,),
        facts={"reason": alert.name, "detail": named},
    )


def _stranger(alert: Alert, situation: Situation) -> ObjectRef:
    """Return what bears the certificate where no workload is known that does."""
    namespace = alert.namespace or situation.case.incident.namespace
    return ObjectRef(kind="Service", namespace=namespace, name=situation.case.incident.service)
