"""Deployments are read from their descriptions, or from tables where nothing else is there."""

from outputs import DEPLOYMENT, NOW, REPLICASETS, asked, pods

from sre_agent.domain.cluster.meta import Requirement
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests import kubectl

WEB = ObjectRef.deployment("shop", "web")
DAEMONSET = """\
Name:           agent
Selector:       name=agent
Desired Number of Nodes Scheduled: 4
Current Number of Nodes Scheduled: 3
Number of Nodes Scheduled with Up-to-date Pods: 3
Number of Nodes Scheduled with Available Pods: 2
Number of Nodes Misscheduled: 1
Pods Status:  3 Running / 0 Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Labels:  name=agent
"""


def test_a_deployment_is_read_with_its_template_and_numbers() -> None:
    snapshot = kubectl.read({asked("describe", "Deployment", "web"): DEPLOYMENT}, NOW)

    (found,) = snapshot.deployments
    assert found.meta.ref == WEB
    assert (found.desired, found.updated, found.current, found.available) == (3, 2, 3, 2)
    assert (found.revision, found.is_paused) == ("3", True)
    assert found.template_labels == {"app": "web"}
    assert found.template.containers[0].ports[0].number == 8080
    assert found.selector.labels == {"app": "web"}
    assert found.selector.expressions == (
        Requirement(key="tier", operator="In", values=("front", "back")),
        Requirement(key="old", operator="DoesNotExist"),
    )


def test_a_daemonset_counts_nodes() -> None:
    snapshot = kubectl.read({asked("describe", "DaemonSet", "agent"): DAEMONSET}, NOW)

    (found,) = snapshot.daemonsets
    assert (found.desired, found.available, found.misscheduled) == (4, 2, 1)


def test_a_table_alone_tells_the_numbers() -> None:
    table = """\
NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES                SELECTOR
web    1/3     2            1           5m    main         registry.test/web:1   app=web
"""
    snapshot = kubectl.read({asked("get", "Deployment", output="wide"): table}, NOW)

    (found,) = snapshot.deployments
    assert (found.desired, found.ready, found.updated, found.available) == (3, 1, 2, 1)
    assert snapshot.complete == {"Deployment"}
    assert snapshot.sources == {"Deployment": "kubectl get deployment -n shop -o wide"}


def test_the_newest_replicaset_belongs_to_its_deployment() -> None:
    texts = {
        asked("describe", "Deployment", "web"): DEPLOYMENT,
        asked("get", "ReplicaSet", output="labels"): REPLICASETS,
    }

    (found,) = kubectl.read(texts, NOW).replicasets

    assert found.meta.owners == (WEB,)
    assert found.template.containers[0].image == "registry.test/web:1"


def test_a_table_of_all_namespaces_tells_where_each_object_is() -> None:
    table = """\
NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE
shop        web    1/1     Running   0          5m
other       web    0/1     Pending   0          5m
"""
    snapshot = kubectl.read({asked("get", "Pod", namespace=""): table}, NOW)

    assert [(item.meta.ref.namespace, item.phase, item.ready) for item in snapshot.pods] == [
        ("other", "Pending", False),
        ("shop", "Running", True),
    ]


def test_the_order_of_the_texts_makes_no_difference() -> None:
    texts = {
        asked("describe", "Deployment", "web"): DEPLOYMENT,
        asked("get", "ReplicaSet", output="labels"): REPLICASETS,
        asked("get", "Pod", output="wide"): pods(),
    }

    assert kubectl.read(texts, NOW) == kubectl.read(dict(reversed(texts.items())), NOW)
