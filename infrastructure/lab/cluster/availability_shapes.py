"""The shapes of what keeps a workload available: disruption budgets and autoscalers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from infrastructure.lab.cluster.common_shapes import SELECTOR, with_status
from infrastructure.lab.cluster.shapes import (
    LONG,
    QUANTITY,
    TEXT,
    TIME,
    WHOLE,
    WHOLE_OR_TEXT,
    Items,
    Map,
    Struct,
)
from infrastructure.lab.cluster.status_shapes import conditions

_TARGET = Struct(
    "MetricTarget",
    {"type": TEXT, "value": QUANTITY, "averageValue": QUANTITY, "averageUtilization": WHOLE},
)
_METRIC = Struct(
    "MetricSpec",
    {
        "type": TEXT,
        "resource": Struct("ResourceMetricSource", {"name": TEXT, "target": _TARGET}),
        "containerResource": Struct(
            "ContainerResourceMetricSource", {"name": TEXT, "container": TEXT, "target": _TARGET}
        ),
        "pods": Struct("PodsMetricSource", {"target": _TARGET}),
        "object": Struct("ObjectMetricSource", {"target": _TARGET}),
        "external": Struct("ExternalMetricSource", {"target": _TARGET}),
    },
)
_SCALE_TARGET = Struct(
    "CrossVersionObjectReference", {"apiVersion": TEXT, "kind": TEXT, "name": TEXT}
)
_RULES = Struct(
    "HPAScalingRules",
    {
        "stabilizationWindowSeconds": WHOLE,
        "selectPolicy": TEXT,
        "policies": Items(
            Struct("HPAScalingPolicy", {"type": TEXT, "value": WHOLE, "periodSeconds": WHOLE})
        ),
    },
)

SHAPES: Mapping[str, Struct] = MappingProxyType(
    {
        "PodDisruptionBudget": with_status(
            "PodDisruptionBudget",
            Struct(
                "PodDisruptionBudgetStatus",
                {
                    "observedGeneration": LONG,
                    "disruptedPods": Map(TIME),
                    "disruptionsAllowed": WHOLE,
                    "currentHealthy": WHOLE,
                    "desiredHealthy": WHOLE,
                    "expectedPods": WHOLE,
                    "conditions": conditions("Condition"),
                },
            ),
            spec=Struct(
                "PodDisruptionBudgetSpec",
                {
                    "minAvailable": WHOLE_OR_TEXT,
                    "maxUnavailable": WHOLE_OR_TEXT,
                    "selector": SELECTOR,
                    "unhealthyPodEvictionPolicy": TEXT,
                },
            ),
        ),
        "HorizontalPodAutoscaler": with_status(
            "HorizontalPodAutoscaler",
            Struct(
                "HorizontalPodAutoscalerStatus",
                {
                    "observedGeneration": LONG,
                    "lastScaleTime": TIME,
                    "currentReplicas": WHOLE,
                    "desiredReplicas": WHOLE,
                    "conditions": conditions("HorizontalPodAutoscalerCondition"),
                },
            ),
            spec=Struct(
                "HorizontalPodAutoscalerSpec",
                {
                    "scaleTargetRef": _SCALE_TARGET,
                    "minReplicas": WHOLE,
                    "maxReplicas": WHOLE,
                    "metrics": Items(_METRIC),
                    "behavior": Struct(
                        "HorizontalPodAutoscalerBehavior",
                        {"scaleUp": _RULES, "scaleDown": _RULES},
                    ),
                },
            ),
        ),
    }
)
"""The shape of each of these kinds, by its name."""
