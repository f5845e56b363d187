"""What a pod, or the template of one, asks for."""

from sre_agent.domain.cluster.pods import PodSpec, Toleration
from sre_agent.manifests.objects.containers import container
from sre_agent.manifests.objects.fields import (
    Json,
    entries,
    is_set,
    section,
    text,
    texts,
    whole,
    words,
)
from sre_agent.manifests.objects.placement import node_terms, pod_terms, spread
from sre_agent.manifests.objects.volumes import volumes


def pod_spec(item: Json) -> PodSpec:
    """Return the spec of a pod or of a template."""
    spec = section(item, "spec")
    security = section(spec, "securityContext")
    return PodSpec(
        containers=tuple(container(each) for each in entries(spec, "containers")),
        init_containers=tuple(
            container(each, is_init=True) for each in entries(spec, "initContainers")
        ),
        volumes=volumes(spec),
        node_name=text(spec, "nodeName"),
        node_selector=texts(spec, "nodeSelector"),
        node_terms=node_terms(
            section(
                spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"
            )
        ),
        affinity=pod_terms(section(spec, "affinity", "podAffinity")),
        anti_affinity=pod_terms(section(spec, "affinity", "podAntiAffinity")),
        spread=spread(spec),
        tolerations=tuple(_toleration(each) for each in entries(spec, "tolerations")),
        service_account=text(spec, "serviceAccountName") or text(spec, "serviceAccount"),
        image_pull_secrets=tuple(text(each, "name") for each in entries(spec, "imagePullSecrets")),
        priority_class=text(spec, "priorityClassName"),
        scheduler=text(spec, "schedulerName"),
        host_network=is_set(spec, "hostNetwork"),
        dns_policy=text(spec, "dnsPolicy"),
        nameservers=words(spec, "dnsConfig", "nameservers"),
        runs_as_user=whole(security, "runAsUser"),
        fs_group=whole(security, "fsGroup"),
    )


def _toleration(item: Json) -> Toleration:
    return Toleration(
        key=text(item, "key"),
        operator=text(item, "operator") or "Equal",
        value=text(item, "value"),
        effect=text(item, "effect"),
    )
