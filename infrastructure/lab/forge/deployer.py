"""Bring what is on main into the cluster, as a GitOps controller does, and record each deployment."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from infrastructure.lab import kube
from infrastructure.lab.forge import commits, rollouts
from infrastructure.lab.forge.building import Builder, BuildError, Image
from infrastructure.lab.forge.forge import MAIN, Forge, Listener, Payload
from infrastructure.lab.forge.git import BRANCHES, TAGS
from infrastructure.lab.forge.shapes import deployments as shapes
from infrastructure.lab.forge.shapes import hooks
from infrastructure.lab.forge.store import Document
from infrastructure.lab.kube import Api, ApiError, collection_path
from infrastructure.lab.world import Role, Variant

log = structlog.get_logger()

APPLIED: Final = "applied"
"""The document that says up to which commit the cluster has been told."""
PATIENCE_S: Final = 60.0
POLL_S: Final = 0.2


@dataclass
class Deployer:
    """Watches main and deploys what it changes."""

    forge: Forge
    builder: Builder
    api: Api
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Deploy each new state of main, until cancelled."""
        self.forge.listeners.append(self._listener(asyncio.get_running_loop()))
        async with asyncio.TaskGroup() as following:
            self._resume(following)
            self._moved.set()  # what came while nobody watched
            while True:
                await self._moved.wait()
                self._moved.clear()
                await self._deploy(following)

    def _listener(self, loop: asyncio.AbstractEventLoop) -> Listener:
        """Return who hears of what was pushed, in whichever thread."""

        def hear(event: str, payload: Payload) -> None:
            if event == "push" and payload["ref"] == f"{BRANCHES}{MAIN}":
                loop.call_soon_threadsafe(self._moved.set)

        return hear

    async def _deploy(self, following: asyncio.TaskGroup) -> None:
        """Deploy what is new since the last time."""
        forge = self.forge
        head, before = await asyncio.to_thread(lambda: (forge.head, applied(forge)))
        if head == before:
            return
        world, git = forge.world, forge.git
        roles = await asyncio.to_thread(rollouts.touched, git, world, before, head)
        if roles:
            record = self._record(head, roles)
            self._tell("deployment", record)
            try:
                images = await asyncio.to_thread(self._images, roles, head)
                self._report(record, "in_progress", "")
                await self._apply(before, head, images)
            except (BuildError, ApiError, ValueError) as error:
                self._report(record, "failure", str(error)[:140])
            else:
                names = {world.services[role]: image.name for role, image in images.items()}
                forge.store.change("deployment", record["number"], images=names)
                following.create_task(self._follow(record, names))
        mark_applied(forge, head)

    def _resume(self, following: asyncio.TaskGroup) -> None:
        """Go on with what an earlier life of the forge did not see to its end."""
        for record in self.forge.store.newest("deployment"):
            last = self.forge.store.newest("deployment_status", deployment=record["number"])
            if last and last[0]["state"] != "in_progress":
                continue
            if "images" in record:
                following.create_task(self._follow(record, record["images"]))
            else:
                self._report(record, "error", "Interrupted, and begun anew")

    def _images(self, roles: list[Role], head: str) -> dict[Role, Image]:
        return {role: self.builder.image(role, head) for role in roles}

    async def _apply(self, before: str, head: str, images: dict[Role, Image]) -> None:
        """Tell the cluster what is different between two commits."""
        git, world = self.forge.git, self.forge.world
        subject = commits.read(git, head).message.partition("\n")[0]
        cause = f"Deploy {head[:7]}: {subject}"
        running = await self._deployments()
        for role, image in images.items():
            known = rollouts.declared(git, world, role, before)
            live = rollouts.image_of(running.get(world.services[role], {}))
            for manifest in rollouts.declared(git, world, role, head):
                if manifest["kind"] != "Deployment":
                    await self.api.declare(manifest)
                    continue
                is_rollout = live != image.name or not rollouts.has_template(known, manifest)
                told = cause if is_rollout else None  # it is the cause of no revision otherwise
                released = rollouts.released(manifest, image, self.forge.html, told)
                await self.api.merge_patch(_path(world.namespace, manifest), released)

    async def _follow(self, record: Document, images: dict[str, str]) -> None:
        """See a rollout to its end, and say what that was."""
        end_s = time.monotonic() + PATIENCE_S
        waiting = sorted(images)
        while waiting and time.monotonic() < end_s:
            await asyncio.sleep(POLL_S)
            try:
                found = await self._deployments()
            except ApiError as error:
                log.warning("rollout_not_seen", error=str(error))
                continue
            if any(rollouts.image_of(found.get(name, {})) != images[name] for name in images):
                self._report(record, "inactive", "Another version took its place")
                return
            waiting = [name for name in waiting if not kube.is_rolled_out(found[name])]
        if waiting:
            self._report(record, "failure", f"Not rolled out: {', '.join(waiting)}")
        else:
            self._report(record, "success", "Rolled out")

    async def _deployments(self) -> dict[str, Any]:
        path = collection_path("apps/v1", "Deployment", self.forge.world.namespace)
        return {each["metadata"]["name"]: each for each in (await self.api.get(path))["items"]}

    def _record(self, head: str, roles: list[Role]) -> Document:
        names = [self.forge.world.services[role] for role in roles]
        facts = {"sha": head, "ref": MAIN, "at_s": time.time(), "services": names}
        return self.forge.store.add("deployment", facts)

    def _report(self, record: Document, state: str, text: str) -> None:
        """Keep what became of a deployment, and tell who listens."""
        forge = self.forge
        facts = {"deployment": record["number"], "state": state, "text": text, "at_s": time.time()}
        status = forge.store.add("deployment_status", facts)
        kept = forge.store.get("deployment", record["number"]) or record
        log.info("deployment_reported", sha=record["sha"], state=state, text=text)
        self._tell("deployment_status", kept, deployment_status=shapes.status(forge, status))

    def _tell(self, event: str, record: Document, **more: Any) -> None:
        told = {"action": "created", "deployment": shapes.deployment(self.forge, record), **more}
        login = f"{self.forge.owner}-deployer[bot]"
        self.forge.tell(event, {**told, **hooks.about(self.forge, login)})


def applied(forge: Forge) -> str:
    """Return the commit of which the cluster was told last; at first that of the release."""
    kept = forge.store.get(APPLIED, 1)
    if kept is not None:
        return str(kept["sha"])
    return str(forge.git.value(f"{TAGS}{forge.world.tag(Variant.STEADY)}^{{commit}}"))


def mark_applied(forge: Forge, sha: str) -> None:
    """Keep that the cluster need not be told of a commit any more."""
    if forge.store.get(APPLIED, 1) is None:
        forge.store.add(APPLIED, {"sha": sha})
    else:
        forge.store.change(APPLIED, 1, sha=sha)


def _path(namespace: str, manifest: rollouts.Manifest) -> str:
    collection = collection_path("apps/v1", "Deployment", namespace)
    return f"{collection}/{manifest['metadata']['name']}"
