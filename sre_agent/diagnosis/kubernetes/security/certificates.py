"""Certificates that ran out, or that nobody trusts."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import sayings, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_EXPIRED = (
    "certificate has expired",
    "CERT_HAS_EXPIRED",
    "CertificateExpiredException",
    "certificate is expired",
    "certificate expired",
    "SSL_ERROR_EXPIRED",
)
_UNTRUSTED = (
    "signed by unknown authority",
    "unable to verify the first certificate",
    "self signed certificate",
    "self-signed certificate",
    "unable to get local issuer certificate",
    "PKIX path building failed",
    "certificate is valid for",
    "certificate is not valid for",
    "doesn't match the certificate",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "x509: cannot validate certificate",
)
_KINDS = (
    (FaultClass.CERTIFICATE_EXPIRY, _EXPIRED, "meets a certificate that ran out"),
    (FaultClass.CERTIFICATE_UNTRUSTED, _UNTRUSTED, "meets a certificate it does not trust"),
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads that fail on a certificate, by their logs and by events about them."""
    for fault, words, what in _KINDS:
        for said in sayings.sayings(view, *words):
            is_unwell = wellbeing.is_unwell(view, said.owner)
            if said.is_previous and not is_unwell:
                continue
            yield cause(
                Suspect(fault, said.owner),
                "words.certificate",
                weights.CONTRADICTION if is_unwell else weights.WORDS_IN_PASSING,
                f"{said.owner.name} {what}: {said.quote('certificate')}",
                [said.source],
            )
        for event in view.snapshot.events:
            is_about = event.type == "Warning" and any(word in event.message for word in words)
            if is_about and wellbeing.is_recent(view, event):
                pod = view.pods.get((event.ref.namespace, event.ref.name))
                yield cause(
                    Suspect(fault, view.owner_of(pod) if pod else event.ref),
                    "events.certificate",
                    weights.CONTRADICTION,
                    f"{event.ref.name} {what}: {event.message[:200]}",
                    [event.source],
                )
