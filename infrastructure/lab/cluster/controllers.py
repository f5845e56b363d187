"""Runs all controllers of the cluster side by side."""

from __future__ import annotations

import asyncio

from infrastructure.lab.cluster.autoscaling import AutoscalerController
from infrastructure.lab.cluster.deployments import DeploymentController
from infrastructure.lab.cluster.disruption_budgets import DisruptionController
from infrastructure.lab.cluster.endpoints import EndpointsController
from infrastructure.lab.cluster.garbage import GarbageCollector
from infrastructure.lab.cluster.quota_status import QuotaController
from infrastructure.lab.cluster.reconciliation import Controller, run_controller
from infrastructure.lab.cluster.replicasets import ReplicaSetController
from infrastructure.lab.cluster.scheduling import Scheduler
from infrastructure.lab.cluster.store import Store
from infrastructure.lab.cluster.taints import TaintController


async def run(store: Store) -> None:
    """Keep every object moving towards its spec, until cancelled."""
    controllers: tuple[Controller, ...] = (
        DeploymentController(store),
        ReplicaSetController(store),
        EndpointsController(store),
        QuotaController(store),
        DisruptionController(store),
        AutoscalerController(store),
        TaintController(store),
        GarbageCollector(store),
        Scheduler(store),
    )
    async with asyncio.TaskGroup() as group:
        for controller in controllers:
            group.create_task(run_controller(store, controller), name=controller.name)
