"""All objects of a namespace in one answer: of the lab's cluster, and of one with every oddity."""

import json

from hands_lab import Hands
from lab_cluster import Cluster, Json, Workload, new_workload
from objects_api import ask, hands_on, listed, named, of_kind, pod, understood

from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.tools import ToolStatus
from sre_agent.manifests.objects.folding import unfolded
from sre_agent.manifests.objects.snapshot import Document, read


async def test_a_namespace_of_a_real_cluster_is_read_whole(hands: Hands, cluster: Cluster) -> None:
    shop: Workload = new_workload(cluster, name="cart", replicas=2)

    result = await hands.read("list_objects", namespace=shop.namespace)

    found = understood(result)
    assert {"Deployment", "Pod", "Service", "Node", "Endpoints"} & set(found.complete) >= {
        "Deployment",
        "Pod",
        "Service",
        "Node",
    }
    assert {"PersistentVolumeClaim", "Gateway"} <= set(found.not_served)
    content = {"kind": "List", "items": list(found.items)}
    seen = unfolded(
        read(
            [Document(content, EvidenceId("it"))],
            taken_at=result.observed_at,
            complete=found.complete,
        )
    )
    assert [pod.spec.containers[0].image for pod in seen.pods] == ["lab/shell:1"] * 2
    assert seen.deployments[0].ready == 2
    assert "Endpoints" in seen.complete
    assert "hunter2" not in str(result)
    assert "s3cret" not in str(result)


async def test_what_may_not_be_read_and_what_is_not_served_are_told_apart() -> None:
    found = understood(
        await ask({"pods": listed("Pod")}, {"secrets": 403, "gateways": 404, "nodes": 500})
    )

    assert found.forbidden == ("Secret",)
    assert found.not_served == ("Gateway",)
    assert not {"Secret", "Gateway", "Node"} & set(found.complete)
    assert {"Pod", "Ingress"} <= set(found.complete)


async def test_a_kind_that_could_not_be_read_is_told_as_left_out() -> None:
    result = await ask({}, {"nodes": 500})

    assert any("every Node, which could not be read" in text for text in result.left_out)


async def test_without_the_pods_there_is_no_answer() -> None:
    result = await ask({}, {"pods": 403})

    assert (result.status, result.code) == (ToolStatus.REFUSED, "forbidden")


async def test_a_namespace_that_is_none_is_refused() -> None:
    async with hands_on({}, {}) as hands:
        results = [await hands.read("list_objects", namespace=each) for each in ("", "../a", "A")]

    assert {result.code for result in results} == {"invalid_arguments"}


async def test_pods_that_are_alike_come_without_what_they_ask_for() -> None:
    well = [pod(f"w{number}", ready=True) for number in range(5)]
    ailing = [pod(f"a{number}", ready=False) for number in range(5)]
    bare = pod("bare", ready=True)
    del bare["metadata"]["ownerReferences"]

    found = understood(await ask({"pods": listed("Pod", *well, *ailing, bare)}))

    pods = of_kind(found, "Pod")
    assert len(pods) == 11
    whole = [item["metadata"]["name"] for item in pods if "containers" in item["spec"]]
    assert sorted(whole) == ["a0", "a1", "a2", "bare"]
    assert {item["spec"]["nodeName"] for item in pods} == {"n1"}


async def test_a_secret_shows_its_keys_alone_and_no_object_a_field_that_is_not_listed() -> None:
    lists = {
        "secrets": listed("Secret", named("s", type="Opaque", data={"pass": "aHVudGVyMg=="})),
        "configmaps": listed(
            "ConfigMap",
            named("c", data={"db.password": "hunter2", "dsn": "pg://u:hunter2@db/x", "mode": "a"}),
        ),
        "pods": listed("Pod", pod("p", ready=False, note="hunter2")),
        "deployments": listed(
            "Deployment",
            named(
                "d",
                spec={
                    "template": {
                        "spec": {
                            "containers": [
                                {
                                    "name": "app",
                                    "args": ["--password", "hunter2"],
                                    "env": [{"name": "API_TOKEN", "value": "hunter2"}],
                                }
                            ]
                        }
                    }
                },
            ),
        ),
        "validatingwebhookconfigurations": listed(
            "ValidatingWebhookConfiguration",
            named("v", webhooks=[{"name": "w", "clientConfig": {"caBundle": "Y2VydA=="}}]),
        ),
    }

    result = await ask(lists)

    found = understood(result)
    assert of_kind(found, "Secret")[0]["data"] == {"pass": "[redacted]"}
    assert of_kind(found, "ConfigMap")[0]["data"]["mode"] == "a"
    for word in ("hunter2", "aHVudGVyMg", "managedFields", "Y2VydA", "odd"):
        assert word not in str(result), word
    hook = of_kind(found, "ValidatingWebhookConfiguration")[0]["webhooks"][0]
    assert hook["clientConfig"]["caBundle"]


async def test_the_answer_is_bounded_and_what_ails_gets_room_first() -> None:
    note = "m" * 5000
    pods = [pod(f"w{number:03}", ready=True, owner=note[:400]) for number in range(400)]
    ill = pod("z-ill", ready=False)
    ill["status"]["message"] = note
    configs = [named(f"c{number:03}", data={"a": note}) for number in range(300)]

    result = await ask(
        {"pods": listed("Pod", *pods, ill), "configmaps": listed("ConfigMap", *configs)}
    )

    found = understood(result)
    assert len(json.dumps(result.data)) < 300_000
    names = [item["metadata"]["name"] for item in of_kind(found, "Pod")]
    assert "z-ill" in names
    assert "ConfigMap" not in found.complete
    assert any("ConfigMaps for want of room" in text for text in result.left_out)
    message = next(i for i in of_kind(found, "Pod") if i["metadata"]["name"] == "z-ill")
    assert len(message["status"]["message"]) < 600


async def test_what_the_api_cut_off_is_not_complete() -> None:
    cut = {**listed("Pod", pod("p", ready=True)), "metadata": {"continue": "more"}}

    result = await ask({"pods": cut})

    assert "Pod" not in understood(result).complete
    assert "each Pod beyond the first 500" in result.left_out


async def test_of_the_clusters_objects_those_come_that_concern_the_namespace() -> None:
    def volume(name: str, namespace: str | None) -> Json:
        claim = {"claimRef": {"namespace": namespace, "name": "c"}} if namespace else {}
        return {"metadata": {"name": name}, "spec": claim}

    def binding(called: str, **subject: str) -> Json:
        return {"metadata": {"name": called}, "subjects": [subject], "roleRef": {"name": "r"}}

    result = await ask(
        {
            "persistentvolumes": listed(
                "PersistentVolume",
                volume("own", "shop"),
                volume("free", None),
                volume("alien", "other"),
            ),
            "clusterrolebindings": listed(
                "ClusterRoleBinding",
                binding("own", kind="ServiceAccount", namespace="shop", name="a"),
                binding("all", kind="Group", name="system:serviceaccounts"),
                binding("alien", kind="User", name="joe"),
            ),
            "replicasets": listed(
                "ReplicaSet",
                named("old", spec={"replicas": 0}),
                named("new", spec={"replicas": 1}),
            ),
        }
    )

    found = understood(result)
    kinds = ("PersistentVolume", "ClusterRoleBinding", "ReplicaSet")
    names = {kind: [each["metadata"]["name"] for each in of_kind(found, kind)] for kind in kinds}
    assert names == {
        "PersistentVolume": ["own", "free"],
        "ClusterRoleBinding": ["own", "all"],
        "ReplicaSet": ["new"],
    }
    assert "1 PersistentVolume of other namespaces" in result.left_out
    assert "ReplicaSet" not in found.complete


async def test_warnings_come_before_the_notices_that_tell_of_a_change_and_no_others() -> None:
    def event(name: str, type_: str, reason: str, minute: int) -> Json:
        return named(
            name,
            type=type_,
            reason=reason,
            lastTimestamp=f"2026-03-02T10:{minute:02}:00Z",
            involvedObject={"kind": "Pod", "namespace": "shop", "name": "p", "uid": "u"},
        )

    about_node = event("n", "Warning", "NodeNotReady", 9)
    result = await ask(
        {
            "events": listed(
                "Event",
                event("a", "Normal", "Pulled", 5),
                event("b", "Normal", "ScalingReplicaSet", 6),
                event("c", "Warning", "BackOff", 1),
            ),
            "node events": listed("Event", about_node),
        }
    )

    reasons = [item["reason"] for item in of_kind(understood(result), "Event")]
    assert reasons == ["NodeNotReady", "BackOff", "ScalingReplicaSet"]


async def test_slices_are_told_instead_of_endpoints_where_both_can_be_read() -> None:
    lists = {
        "endpoints": listed("Endpoints", named("a")),
        "endpointslices": listed("EndpointSlice", named("a-1")),
    }

    both = understood(await ask(lists))
    old = understood(await ask(lists, {"endpointslices": 404}))

    assert (of_kind(both, "Endpoints"), len(of_kind(both, "EndpointSlice"))) == ([], 1)
    assert (len(of_kind(old, "Endpoints")), old.not_served) == (1, ())
