"""Reading HorizontalPodAutoscalers."""

from sre_agent.domain.cluster.workloads import Autoscaler
from sre_agent.manifests.kubectl.answers import Answers, Described, Key, Listed, reference
from sre_agent.manifests.kubectl.conditions import conditions
from sre_agent.manifests.kubectl.outline import outline
from sre_agent.manifests.kubectl.question import kind_of
from sre_agent.manifests.kubectl.tables import number

_KIND = "HorizontalPodAutoscaler"


def autoscalers(answers: Answers) -> tuple[Autoscaler, ...]:
    """Return the autoscalers."""
    return tuple(
        _autoscaler(answers, key, row, description) for key, row, description in answers.each(_KIND)
    )


def _autoscaler(
    answers: Answers, key: Key, row: Listed | None, description: Described | None
) -> Autoscaler:
    meta = answers.meta(_KIND, key, row, description)
    block = outline(description.text if description else "")
    told = row or Listed({}, meta.source)
    target = block.get("Reference") or told.told("REFERENCE")
    kind, _, name = target.partition("/")
    # `Deployment pods:  1 current / 2 desired` has the target's kind in its key.
    counts = next((item.value for item in block.blocks if item.key.endswith(" pods")), "")
    numbers = [int(word) for word in counts.split() if word.isdigit()]
    current = numbers[0] if numbers else number(told.told("REPLICAS"))
    return Autoscaler(
        meta=meta,
        target=reference(kind_of(kind) or kind, key[0], name),
        min_replicas=number(block.get("Min replicas") or told.told("MINPODS")) or 1,
        max_replicas=number(block.get("Max replicas") or told.told("MAXPODS")) or 1,
        current=current,
        desired=numbers[-1] if numbers else current,
        metrics=_metrics(told, [item.text for item in block.find("Metrics").blocks]),
        conditions=conditions(block.find("Conditions")),
    )


def _metrics(row: Listed, lines: list[str]) -> tuple[str, ...]:
    """Return the resources scaled by, from `resource cpu on pods …` or `cpu: 3%/50%`."""
    named = [line.split()[1] for line in lines if line.startswith("resource ")]
    if not named:
        named = [
            part.strip().partition(":")[0] for part in row.told("TARGETS").split(",") if ":" in part
        ]
    return tuple(dict.fromkeys(named))
