"""Pulls a container's image from the catalogue, and tells about it as the kubelet does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from infrastructure.lab.node.backoff import Backoff
from infrastructure.lab.node.images import Image
from infrastructure.lab.node.parts import NodeParts

Object = dict[str, Any]

DEFAULT_REGISTRY = "docker.io"


def refusal(image: str) -> str:
    """Return what containerd says of an image that its registry does not have."""
    name = image if _has_registry(image) else f"{DEFAULT_REGISTRY}/{image}"
    return (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{name}": '
        f'failed to resolve reference "{name}": {name}: not found'
    )


def _has_registry(image: str) -> bool:
    first, slash, _ = image.partition("/")
    return bool(slash) and (first == "localhost" or "." in first or ":" in first)


class Puller:
    """Gets the image of one container."""

    def __init__(
        self, pod: Object, spec: Object, node: NodeParts, show: Callable[[str, str], None]
    ) -> None:
        self._pod = pod
        self._name: str = spec["name"]
        self._image: str = spec["image"]
        self._policy = spec.get("imagePullPolicy", "IfNotPresent")
        self._node = node
        self._show = show

    async def pull(self, stopping: asyncio.Event) -> Image | None:
        """Return the image, trying until there is one; None when `stopping` was set meanwhile."""
        backoff = Backoff(self._node.config.backoff, first_is_free=False)
        while not stopping.is_set():
            image = self._attempt()
            if image is not None:
                return image
            wait_s = backoff.next_wait_s()
            await asyncio.sleep(0)  # let a watcher see ErrImagePull before the back-off
            self._complain_of_waiting()
            try:
                async with asyncio.timeout(wait_s):
                    await stopping.wait()
            except TimeoutError:
                continue
        return None

    def _attempt(self) -> Image | None:
        image = self._node.config.images.find(self._image)
        if self._policy != "Always" and self._image in self._node.pulled and image is not None:
            message = f'Container image "{self._image}" already present on machine'
            self._tell("Normal", "Pulled", message)
            return image
        if self._policy == "Never":
            message = f'Container image "{self._image}" is not present with pull policy of Never'
            self._show("ErrImageNeverPull", message)
            self._tell("Warning", "ErrImageNeverPull", message)
            return None
        self._tell("Normal", "Pulling", f'Pulling image "{self._image}"')
        if image is None:
            told = refusal(self._image)
            self._show("ErrImagePull", told)
            self._tell("Warning", "Failed", f'Failed to pull image "{self._image}": {told}')
            self._tell("Warning", "Failed", "Error: ErrImagePull")
            return None
        self._node.pulled.add(self._image)
        took = "1ms (1ms including waiting)"
        message = f'Successfully pulled image "{self._image}" in {took}. Image size: 0 bytes.'
        self._tell("Normal", "Pulled", message)
        return image

    def _complain_of_waiting(self) -> None:
        if self._policy == "Never":
            return
        message = f'Back-off pulling image "{self._image}"'
        self._show("ImagePullBackOff", f"{message}: ErrImagePull: {refusal(self._image)}")
        self._tell("Normal", "BackOff", message)
        self._tell("Warning", "Failed", "Error: ImagePullBackOff")

    def _tell(self, kind: str, reason: str, message: str) -> None:
        self._node.tell(self._pod, self._name, kind, reason, message)
