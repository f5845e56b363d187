"""Pods and ReplicaSets that were told without what their owner tells."""

from reading_objects import read_yaml

from sre_agent.manifests.objects.folding import unfolded

FOLDED = """
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: "web:2"}]}}
---
kind: ReplicaSet
metadata: {name: web-2, namespace: shop, ownerReferences: [{kind: Deployment, name: web}]}
spec: {replicas: 2}
---
kind: ReplicaSet
metadata: {name: web-1, namespace: shop, ownerReferences: [{kind: Deployment, name: web}]}
spec: {template: {spec: {containers: [{name: app, image: "web:1"}]}}}
---
kind: Pod
metadata: {name: web-2-a, namespace: shop, ownerReferences: [{kind: ReplicaSet, name: web-2}]}
spec: {nodeName: n1}
---
kind: Pod
metadata: {name: web-1-a, namespace: shop, ownerReferences: [{kind: ReplicaSet, name: web-1}]}
spec: {nodeName: n2}
---
kind: Pod
metadata: {name: bare, namespace: shop}
spec: {containers: [{name: app, image: "own:1"}]}
---
kind: Pod
metadata: {name: orphan, namespace: shop, ownerReferences: [{kind: ReplicaSet, name: gone}]}
spec: {nodeName: n3}
"""


def test_pods_get_the_template_of_the_revision_that_made_them() -> None:
    seen = unfolded(read_yaml(FOLDED))

    told = {
        pod.meta.ref.name: (pod.spec.node_name, [each.image for each in pod.spec.containers])
        for pod in seen.pods
    }
    assert told == {
        "web-2-a": ("n1", ["web:2"]),
        "web-1-a": ("n2", ["web:1"]),
        "bare": ("", ["own:1"]),
        "orphan": ("n3", []),
    }


def test_the_current_revision_has_the_template_and_labels_of_its_deployment() -> None:
    seen = unfolded(read_yaml(FOLDED))

    current = next(item for item in seen.replicasets if item.meta.ref.name == "web-2")
    assert current.template.containers[0].image == "web:2"
    assert current.template_labels == {"app": "web"}
