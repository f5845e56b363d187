"""Command line of the forge."""

import argparse
import asyncio
from pathlib import Path

from infrastructure.lab import world
from infrastructure.lab.forge.forge import opened
from infrastructure.lab.forge.serve import HOST, Hook, Target, listening, serve
from infrastructure.lab.labdir import read_json


def main() -> None:
    """Run the forge until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infrastructure.lab.forge", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="folder of its state")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=world.NATURAL_SEED, help="names everything")
    parser.add_argument("--cluster", type=Path, help="file that says where to deploy to")
    parser.add_argument("--images", type=Path, help="file of the images that its nodes find")
    parser.add_argument("--tokens", type=Path, help="JSON file of tokens chosen by the user")
    parser.add_argument("--webhook-url", help="who is told of what happens")
    parser.add_argument("--webhook-secret-file", type=Path, help="holds the secret that signs it")
    given = parser.parse_args()
    target = None
    if given.cluster is not None and given.images is not None:
        builds = given.dir.resolve() / "builds"
        builds.mkdir(parents=True, exist_ok=True)
        target = Target(given.cluster, given.images, builds)
    listener = listening(given.port)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    chosen = read_json(given.tokens) if given.tokens else None
    forge = opened(given.dir.resolve(), world.make(given.seed), url, chosen)
    asyncio.run(serve(forge, listener, target, _hook(given)))


def _hook(given: argparse.Namespace) -> Hook | None:
    if given.webhook_url is None:
        return None
    file: Path | None = given.webhook_secret_file
    return Hook(given.webhook_url, file.read_text(encoding="utf-8").strip() if file else "")


if __name__ == "__main__":
    main()
