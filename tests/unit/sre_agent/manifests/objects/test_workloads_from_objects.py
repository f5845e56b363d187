"""Workloads, jobs, autoscalers and budgets, read from manifests."""

from datetime import UTC, datetime

from reading_objects import read_yaml

from sre_agent.domain.objects import ObjectRef

DEPLOYMENT = """
kind: Deployment
metadata:
  name: basket
  namespace: market
  generation: 3
  annotations: {deployment.kubernetes.io/revision: "7"}
spec:
  replicas: 0
  paused: true
  progressDeadlineSeconds: 600
  selector: {matchLabels: {app: basket}}
  template:
    metadata: {labels: {app: basket, v: "1"}}
    spec: {containers: [{name: app, image: "a:1"}]}
status:
  replicas: 2
  updatedReplicas: 1
  readyReplicas: 1
  availableReplicas: 1
  observedGeneration: 2
  conditions: [{type: Progressing, status: "True", lastTransitionTime: "2026-03-02T11:00:00Z"}]
"""


def test_a_deployment_is_read_with_counters_and_template() -> None:
    found = read_yaml(DEPLOYMENT).deployments[0]

    assert (found.desired, found.current, found.updated) == (0, 2, 1)
    assert (found.ready, found.available, found.is_paused) == (1, 1, True)
    assert (found.generation, found.observed_generation, found.revision) == (3, 2, "7")
    assert found.selector.labels == {"app": "basket"}
    assert found.template_labels == {"app": "basket", "v": "1"}
    assert found.template.containers[0].image == "a:1"
    assert found.progress_deadline_s == 600
    assert found.conditions[0].changed_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_a_workload_that_does_not_say_how_many_wants_one() -> None:
    found = read_yaml("{kind: ReplicaSet, metadata: {name: a}, spec: {selector: {}}}")

    assert found.replicasets[0].desired == 1


def test_a_statefulset_names_its_service_and_the_classes_of_its_claims() -> None:
    found = read_yaml("""
kind: StatefulSet
metadata: {name: db, namespace: market}
spec:
  serviceName: db-headless
  volumeClaimTemplates:
    - {spec: {storageClassName: fast}}
    - {spec: {}}
status: {updateRevision: db-1}
""").statefulsets[0]

    assert (found.governing_service, found.claim_classes) == ("db-headless", ("fast", ""))
    assert found.revision == "db-1"


def test_a_daemonset_counts_nodes() -> None:
    found = read_yaml("""
kind: DaemonSet
metadata: {name: agent, namespace: market}
spec: {selector: {matchLabels: {app: agent}}}
status:
  {desiredNumberScheduled: 3, currentNumberScheduled: 2, updatedNumberScheduled: 2,
   numberReady: 1, numberAvailable: 1, numberMisscheduled: 1}
""").daemonsets[0]

    assert (found.desired, found.current, found.updated) == (3, 2, 2)
    assert (found.ready, found.available, found.misscheduled) == (1, 1, 1)


def test_jobs_tell_a_work_queue_from_a_single_completion() -> None:
    jobs = read_yaml("""
kind: List
items:
  - {kind: Job, metadata: {name: a}, spec: {backoffLimit: 0}, status: {failed: 1}}
  - {kind: Job, metadata: {name: b}, spec: {parallelism: 2}, status: {active: 2, succeeded: 3}}
  - {kind: Job, metadata: {name: c}, spec: {completions: 5, suspend: true}}
""").jobs

    assert [job.completions for job in jobs] == [1, None, 5]
    assert [job.backoff_limit for job in jobs] == [0, 6, 6]
    assert (jobs[0].failed, jobs[1].active, jobs[1].succeeded) == (1, 2, 3)
    assert jobs[2].is_suspended


def test_a_cronjob_tells_when_it_ran_last() -> None:
    found = read_yaml("""
kind: CronJob
metadata: {name: nightly}
spec: {schedule: "0 3 * * *", timeZone: Etc/UTC, startingDeadlineSeconds: 60, suspend: true}
status: {lastScheduleTime: "2026-03-02T03:00:00Z", lastSuccessfulTime: "2026-03-01T03:01:00Z"}
""").cronjobs[0]

    assert (found.schedule, found.time_zone, found.starting_deadline_s) == (
        "0 3 * * *",
        "Etc/UTC",
        60,
    )
    assert found.is_suspended
    assert found.last_scheduled_at == datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert found.last_succeeded_at == datetime(2026, 3, 1, 3, 1, tzinfo=UTC)


def test_an_autoscaler_names_its_target_and_metrics() -> None:
    found = read_yaml("""
kind: HorizontalPodAutoscaler
metadata: {name: basket, namespace: market}
spec:
  scaleTargetRef: {kind: Deployment, name: basket}
  minReplicas: 0
  maxReplicas: 9
  metrics:
    - {type: Resource, resource: {name: memory}}
    - {type: ContainerResource, containerResource: {name: cpu, container: app}}
    - {type: Pods, pods: {metric: {name: requests}}}
    - {type: Odd}
status: {currentReplicas: 2, desiredReplicas: 4, conditions: [{type: ScalingActive, status: "True"}]}
""").autoscalers[0]

    assert found.target == ObjectRef.deployment("market", "basket")
    assert (found.min_replicas, found.max_replicas) == (0, 9)
    assert (found.current, found.desired) == (2, 4)
    assert found.metrics == ("memory", "cpu", "requests")
    assert found.conditions[0].type == "ScalingActive"


def test_an_autoscaler_of_version_1_scales_by_cpu() -> None:
    found = read_yaml("""
kind: HorizontalPodAutoscaler
metadata: {name: old}
spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 80}
""").autoscalers[0]

    assert (found.metrics, found.min_replicas) == (("cpu",), 1)


def test_a_disruption_budget_keeps_its_bounds_as_they_are_written() -> None:
    found = read_yaml("""
kind: PodDisruptionBudget
metadata: {name: basket}
spec: {minAvailable: 50%, maxUnavailable: 1, selector: {matchLabels: {app: basket}}}
status: {disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 2, expectedPods: 3}
""").disruption_budgets[0]

    assert (found.min_available, found.max_unavailable) == ("50%", "1")
    assert (found.allowed, found.healthy, found.desired_healthy, found.expected) == (0, 1, 2, 3)
