"""Build images from commits: the code as it was, and an entry in the catalogue that the nodes read."""

import compileall
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infrastructure.lab.forge.git import TAGS, Git
from infrastructure.lab.forge.sources import LIBRARY, SERVICES
from infrastructure.lab.labdir import read_json, write_json
from infrastructure.lab.world import Role, Variant, World

TAG_DIGITS: Final = 12


class BuildError(Exception):
    """The code of a service does not compile."""


@dataclass(frozen=True)
class Image:
    """What a service runs: the name of the image, and the commit it was built from (None of the first)."""

    name: str
    sha: str | None


@dataclass(frozen=True)
class Builder:
    """Builds what the services run."""

    git: Git
    world: World
    folder: Path
    """Where the code of each image lies."""
    catalogue: Path
    """The file in which the nodes find images."""

    def image(self, role: Role, head: str) -> Image:
        """Return the image that a service runs at a commit of main.

        Raises:
            BuildError: when its code does not compile.
        """
        released = f"{TAGS}{self.world.tag(Variant.STEADY)}"
        places = (LIBRARY, f"{SERVICES}/{self.world.services[role]}")
        words = ("log", "-1", "--first-parent", "--format=%H", head, f"^{released}", "--")
        sha = self.git.text(*words, *places)
        if not sha:
            return Image(f"{self.world.image(role)}:{self.world.tag(Variant.STEADY)}", None)
        tag = sha[:TAG_DIGITS]
        self._compile(self._exported(sha), places)
        self._publish(role, tag)
        return Image(f"{self.world.image(role)}:{tag}", sha)

    def _exported(self, sha: str) -> Path:
        """Put the code of a commit into a folder, once."""
        place = self.folder / sha[:TAG_DIGITS]
        if not place.exists():
            draft = place.with_suffix(".draft")
            archive = self.git.run("archive", "--format=tar", sha, LIBRARY, SERVICES)
            with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
                packed.extractall(draft, filter="data")
            draft.rename(place)
        return place

    def _compile(self, place: Path, folders: tuple[str, ...]) -> None:
        for folder in folders:
            if not compileall.compile_dir(place / folder, quiet=2):
                raise BuildError(f"{folder} does not compile")

    def _publish(self, role: Role, tag: str) -> None:
        """Let the nodes find the image: like the first release, but for code and version."""
        document: dict[str, Any] = read_json(self.catalogue)
        repository = document["images"][self.world.image(role)]
        place = self.folder / tag / SERVICES / self.world.services[role]
        env = dict(repository["tags"][self.world.tag(Variant.STEADY)]["env"])
        env.pop("SERVICE_VARIANT", None)
        repository["tags"][tag] = {
            "command": ["{python}", "-I", "-S", str(place)],
            "env": {**env, "SERVICE_VERSION": tag},
        }
        write_json(self.catalogue, document)
