"""The shape of each kind's status, as far as the cluster reads it."""

from __future__ import annotations

from infrastructure.lab.cluster.shapes import (
    BOOL,
    LONG,
    QUANTITY,
    TEXT,
    TIME,
    WHOLE,
    Items,
    Map,
    Shape,
    Struct,
)


def conditions(name: str) -> Items:
    """Return the shape of a list of conditions of one kind."""
    return Items(
        Struct(
            name,
            {
                "type": TEXT,
                "status": TEXT,
                "reason": TEXT,
                "message": TEXT,
                "lastTransitionTime": TIME,
                "lastUpdateTime": TIME,
                "lastProbeTime": TIME,
                "lastHeartbeatTime": TIME,
            },
        )
    )


def _counts(*names: str) -> dict[str, Shape]:
    return {**dict.fromkeys(names, WHOLE), "observedGeneration": LONG}


_TERMINATED = Struct(
    "ContainerStateTerminated",
    {
        "exitCode": WHOLE,
        "signal": WHOLE,
        "reason": TEXT,
        "message": TEXT,
        "startedAt": TIME,
        "finishedAt": TIME,
        "containerID": TEXT,
    },
)
_STATE = Struct(
    "ContainerState",
    {
        "running": Struct("ContainerStateRunning", {"startedAt": TIME}),
        "waiting": Struct("ContainerStateWaiting", {"reason": TEXT, "message": TEXT}),
        "terminated": _TERMINATED,
    },
)
_CONTAINER = Struct(
    "ContainerStatus",
    {
        "name": TEXT,
        "ready": BOOL,
        "started": BOOL,
        "restartCount": WHOLE,
        "image": TEXT,
        "imageID": TEXT,
        "containerID": TEXT,
        "state": _STATE,
        "lastState": _STATE,
    },
)
POD = Struct(
    "PodStatus",
    {
        "phase": TEXT,
        "reason": TEXT,
        "message": TEXT,
        "podIP": TEXT,
        "podIPs": Items(Struct("PodIP", {"ip": TEXT})),
        "hostIP": TEXT,
        "startTime": TIME,
        "qosClass": TEXT,
        "nominatedNodeName": TEXT,
        "containerStatuses": Items(_CONTAINER),
        "initContainerStatuses": Items(_CONTAINER),
        "conditions": conditions("PodCondition"),
    },
)
DEPLOYMENT = Struct(
    "DeploymentStatus",
    {
        **_counts(
            "replicas",
            "updatedReplicas",
            "readyReplicas",
            "availableReplicas",
            "unavailableReplicas",
            "terminatingReplicas",
        ),
        "conditions": conditions("DeploymentCondition"),
    },
)
REPLICA_SET = Struct(
    "ReplicaSetStatus",
    {
        **_counts(
            "replicas",
            "readyReplicas",
            "availableReplicas",
            "fullyLabeledReplicas",
            "terminatingReplicas",
        ),
        "conditions": conditions("ReplicaSetCondition"),
    },
)
RESOURCE_QUOTA = Struct("ResourceQuotaStatus", {"hard": Map(QUANTITY), "used": Map(QUANTITY)})
NODE = Struct(
    "NodeStatus",
    {
        "conditions": conditions("NodeCondition"),
        "addresses": Items(Struct("NodeAddress", {"type": TEXT, "address": TEXT})),
        "nodeInfo": Struct(
            "NodeSystemInfo",
            {
                "kubeletVersion": TEXT,
                "osImage": TEXT,
                "kernelVersion": TEXT,
                "containerRuntimeVersion": TEXT,
            },
        ),
    },
)
NAMESPACE = Struct("NamespaceStatus", {"phase": TEXT})
