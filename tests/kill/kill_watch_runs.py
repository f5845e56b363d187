"""Watch a worker keep its place in a run, and take jobs from the queue and give them back."""

from collections.abc import Iterable
from typing import Any

from kill_borders import Borders
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from procrastinate.manager import JobManager

from backend.jobs.places import PlacesJobManager


def watch(borders: Borders) -> None:
    """Watch the checkpoints and the jobs."""
    _watch_checkpoints(borders)
    _watch_jobs(borders)


def _watch_checkpoints(borders: Borders) -> None:
    """Watch LangGraph put its checkpoints; a checkpoint is named by the step it is of."""
    saver: Any = AsyncPostgresSaver  # a class that nobody changes outside of here
    put, put_writes = saver.aput, saver.aput_writes

    async def aput(self: Any, config: Any, checkpoint: Any, metadata: Any, versions: Any) -> Any:
        with borders.around(f"checkpoint[{_branches(versions)}]"):
            return await put(self, config, checkpoint, metadata, versions)

    async def aput_writes(self: Any, config: Any, writes: Any, *rest: Any) -> None:
        with borders.around(f"writes[{_branches([channel for channel, _ in writes])}]"):
            await put_writes(self, config, writes, *rest)

    saver.aput, saver.aput_writes = aput, aput_writes


def _branches(channels: Iterable[str]) -> str:
    """Return which nodes come next, by the channels that were written."""
    found = {str(name).rpartition(":")[2] for name in channels if str(name).startswith("branch:")}
    told = found or {str(name).strip("_") for name in channels if str(name).startswith("__")}
    return "+".join(sorted(told)) or "state"


def _watch_jobs(borders: Borders) -> None:
    """Watch the queue hand out jobs and take them back."""
    fetch, finish = PlacesJobManager.fetch_job, JobManager.finish_job_by_id_async

    async def fetch_job(self: Any, *args: Any, **kwargs: Any) -> Any:
        job = await fetch(self, *args, **kwargs)
        if job is not None:
            borders.cross(f"job[{job.task_name.rpartition('.')[2]}]", "fetched")
        return job

    async def finish_job(self: Any, *args: Any, **kwargs: Any) -> None:
        with borders.around("job-finish"):
            await finish(self, *args, **kwargs)

    PlacesJobManager.fetch_job = fetch_job  # type: ignore[method-assign]
    JobManager.finish_job_by_id_async = finish_job  # type: ignore[method-assign]
