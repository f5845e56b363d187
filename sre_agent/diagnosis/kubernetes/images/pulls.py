"""Images that cannot be pulled: no such image, no right to it, no such registry, none that answers."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.images.complaints import Complaint, complaints
from sre_agent.diagnosis.kubernetes.images.kin import is_misspelt
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_KINDS: tuple[tuple[re.Pattern[str], FaultClass, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), fault, text)
    for pattern, fault, text in (
        (
            r"InvalidImageName|couldn't parse image|invalid reference format",
            FaultClass.IMAGE_NAME_INVALID,
            "is no valid image name",
        ),
        (
            r"no match(?:ing manifest)? for (?:platform|\w+/)|does not match the (?:specified|host) platform",
            FaultClass.IMAGE_ARCHITECTURE_MISMATCH,
            "is not built for the node's architecture",
        ),
        (
            r"no such host|server misbehaving|lookup \S+[^:]*: (?:i/o timeout|.*refused|.*timeout)|"
            r"name resolution|name or service not known",
            FaultClass.REGISTRY_DNS_FAILURE,
            "lies in a registry whose name is not found",
        ),
        (
            r"\b40[13]\b|unauthori[sz]ed|forbidden|authentication required|authorization failed|"
            r"access denied|denied:|no basic auth|failed to authorize|insufficient_scope|"
            r"may require (?:authorization|'docker login')",
            FaultClass.IMAGE_PULL_UNAUTHORIZED,
            "may not be pulled without (other) credentials",
        ),
        (
            r"not ?found|manifest unknown|does not exist|name unknown|unknown blob|\b404\b",
            FaultClass.IMAGE_NOT_FOUND,
            "does not exist",
        ),
        (
            r"connection refused|i/o timeout|tls handshake|x509|connection reset|no route to host|"
            r"deadline exceeded|network is unreachable|unexpected eof|toomanyrequests|"
            r"too many requests|\b(?:429|50[0234])\b|http response to https",
            FaultClass.REGISTRY_UNREACHABLE,
            "lies in a registry that does not answer",
        ),
    )
)
_AMBIGUOUS = re.compile(
    r"repository does not exist or may require|pull access denied", re.IGNORECASE
)
_LAYERS = re.compile(
    r'^.*(?:pull|unpack) image "[^"]*": (?:.*resolve reference "[^"]*": )?', re.DOTALL
)
_SECRET = re.compile(
    r"unable to retrieve some image pull secrets \((?P<names>[^)]*)\)", re.IGNORECASE
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect each image that a workload's pods wait for, of the kind its node tells of."""
    for item in complaints(view):
        missing = _missing_secrets(view, item)
        yield from _named(view, item, missing)


def _named(view: View, item: Complaint, missing: str) -> Iterator[Hypothesis]:
    text = f"{item.reason} {item.said}"
    kind = next(((fault, what) for pattern, fault, what in _KINDS if pattern.search(text)), None)
    fault, what = kind or (FaultClass.IMAGE_UNAVAILABLE, "cannot be pulled")
    misspelt = is_misspelt(view, item)
    if fault is FaultClass.IMAGE_PULL_UNAUTHORIZED and _AMBIGUOUS.search(text):
        # A registry that hides what it has says the same of a repository that does not exist.
        doubt = misspelt and not missing
        yield _hypothesis(item, fault, weights.LIKELY if doubt else weights.POD_STATE, what)
        other = FaultClass.IMAGE_NOT_FOUND
        yield _hypothesis(
            item, other, weights.POD_STATE if doubt else weights.LIKELY, "does not exist"
        )
        return
    sure = (fault is FaultClass.IMAGE_NOT_FOUND and misspelt) or bool(missing)
    if missing and fault is FaultClass.IMAGE_UNAVAILABLE:
        fault, what = FaultClass.IMAGE_PULL_UNAUTHORIZED, "cannot be pulled"
    what += f", and its pull secret {missing} is not there" if missing else ""
    weight = weights.CLUSTER_SAYS_AND_SHOWS if sure else weights.POD_STATE
    yield _hypothesis(item, fault, weight, what)


def _missing_secrets(view: View, item: Complaint) -> str:
    """Return the pull secrets of a pod that are not there, as the node or the list of them says."""
    for event in view.events_of.get(item.pod.meta.ref, ()):
        said = _SECRET.search(event.message)
        if said:
            return said["names"]
    if not view.knows_all("Secret"):
        return ""
    namespace = item.owner.namespace
    secrets = (secret.meta.ref for secret in view.snapshot.secrets)
    there = {ref.name for ref in secrets if ref.namespace == namespace}
    return ", ".join(name for name in item.pod.spec.image_pull_secrets if name not in there)


def _heart(said: str) -> str:
    """Return a node's words without the layers of "failed to" that repeat the image's name."""
    return _LAYERS.sub("", said.strip()) or said


def _hypothesis(item: Complaint, fault: FaultClass, weight: float, what: str) -> Hypothesis:
    return cause(
        Suspect(fault, item.owner),
        "images.pull",
        weight,
        f"image {item.image or 'of ' + item.container} of {item.owner} {what}: {_heart(item.said)}",
        item.evidence,
        image=item.image,
        container=item.container,
    )
