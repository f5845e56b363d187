"""The lab's command line: `python -m infrastructure.lab up|serve|down|status|break|heal|commits`."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from infrastructure.lab import aftermath, inject, serving, settings, standing, supervisor, up
from infrastructure.lab.developer import ForgeError
from infrastructure.lab.faults import FAULTS
from infrastructure.lab.forge.git import GitError
from infrastructure.lab.kube import ApiError
from infrastructure.lab.labdir import LabDir
from infrastructure.lab.observe import tools
from infrastructure.lab.observe.alertmanager import Webhook
from infrastructure.lab.parts import ForgeHook
from infrastructure.lab.ports import NoNetworkError, NoPortError
from infrastructure.lab.waiting import StartError

EXPECTED = (
    ApiError,
    NoNetworkError,
    ForgeError,
    GitError,
    NoPortError,
    StartError,
    ValueError,
    aftermath.NoCommitError,
    inject.UnknownFaultError,
    standing.NotUpError,
    tools.ToolsError,
)
"""Errors whose text is all a user needs."""


def main() -> int:
    """Run one command; return the exit code."""
    arguments = _parser().parse_args()
    command: Callable[[argparse.Namespace, LabDir], int] = arguments.command
    try:
        return command(arguments, LabDir(arguments.dir.resolve()))
    except EXPECTED as error:
        sys.stderr.write(f"lab: {error}\n")
        return 1


def _up(arguments: argparse.Namespace, lab: LabDir) -> int:
    started_s = time.monotonic()
    wish = up.Wish(
        seed=_seed(arguments),
        tools_dir=arguments.tools_dir.resolve(),
        webhook_url=arguments.webhook_url,
        webhook_token_file=_resolved(arguments.webhook_token_file),
        forge_webhook_url=arguments.forge_webhook_url,
        forge_webhook_secret_file=_resolved(arguments.forge_webhook_secret_file),
    )
    record = up.up(lab, wish)
    print(f"lab up in {time.monotonic() - started_s:.1f} s ({lab.root})")
    print(f"  namespace     {record['namespace']}")
    for name in ("kubernetes", "prometheus", "alertmanager", "loki", "forge", "frontend"):
        print(f"  {name:<13} {record[name]['url']}")
    return 0


def _down(_: argparse.Namespace, lab: LabDir) -> int:
    print("lab down" if up.down(lab) else f"no lab was up in {lab.root}")
    return 0


def _status(arguments: argparse.Namespace, lab: LabDir) -> int:
    report = standing.examine(lab)
    if arguments.json:
        print(json.dumps(asdict(report), indent=2))
    else:
        print(f"lab {report.state} ({lab.root})")
        for name, process in report.processes.items():
            health = "running" if process["running"] else f"ended with {process['last_exit']}"
            print(f"  {name:<13} {health}, pid {process['pid']}, {process['restarts']} restarts")
        for name, state in report.parts.items():
            print(f"  {name:<13} {state}")
    return 0 if report.state == "up" else 3


def _break(arguments: argparse.Namespace, lab: LabDir) -> int:
    for sentence in asyncio.run(inject.break_(lab, arguments.name)):
        print(sentence)
    return 0


def _heal(_: argparse.Namespace, lab: LabDir) -> int:
    asyncio.run(inject.heal(lab))
    print("the declared manifests are back and rolled out")
    return 0


def _commits(arguments: argparse.Namespace, lab: LabDir) -> int:
    found = aftermath.look(lab)
    if arguments.json:
        print(json.dumps(asdict(found), indent=2))
        return 0
    if found.commit is not None:
        how = "is taken back" if found.is_taken_back else "is still in effect"
        print(f"{found.commit[:12]} ({found.fault}) {how}")
    for how, shas in (("holds", found.kept), ("has lost", found.lost)):
        if shas:
            print(f"main {how} {', '.join(sha[:12] for sha in shas)}")
    return 0


def _supervise(arguments: argparse.Namespace, lab: LabDir) -> int:
    webhook = None
    if arguments.webhook_url is not None:
        webhook = Webhook(arguments.webhook_url, arguments.webhook_token_file)
    programs = tools.provide(arguments.tools_dir)
    hook = None
    if arguments.forge_webhook_url is not None:
        hook = ForgeHook(arguments.forge_webhook_url, arguments.forge_webhook_secret_file)
    asyncio.run(supervisor.run(lab, _seed(arguments), programs, webhook, forge_hook=hook))
    return 0


def _serve(arguments: argparse.Namespace, lab: LabDir) -> int:
    serving.serve(lab, _seed(arguments), settings.served())
    return 0


def _resolved(path: Path | None) -> Path | None:
    return None if path is None else path.resolve()


def _seed(arguments: argparse.Namespace) -> int:
    chosen: int | None = arguments.seed
    return settings.seed() if chosen is None else chosen


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="A small real world on one machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_start_options(_add(commands, "up", _up, "start the lab and wait until it serves"))
    _add_start_options(_add(commands, "supervise", _supervise, "what up runs in the background"))
    serve = _add(commands, "serve", _serve, "live in a container, reachable from others")
    serve.add_argument("--seed", type=int, help="names everything (default: LAB_SEED or 1)")
    status = _add(commands, "status", _status, "say how the lab fares")
    status.add_argument("--json", action="store_true", help="as one JSON document")
    faults = "; ".join(f"{name}: {fault.summary}" for name, fault in FAULTS.items())
    break_ = _add(commands, "break", _break, f"inject a fault ({faults})")
    break_.add_argument("name", help=f"one of {', '.join(FAULTS)}")
    _add(commands, "heal", _heal, "put the declared manifests back and wait for the rollout")
    aftermath_ = _add(
        commands, "commits", _commits, "say what main holds of the last fault's commits"
    )
    aftermath_.add_argument("--json", action="store_true", help="as one JSON document")
    _add(commands, "down", _down, "end the lab and everything it started")
    return parser


def _add_start_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, help="names everything (default: LAB_SEED or 1)")
    command.add_argument("--webhook-url", help="whom Alertmanager tells")
    command.add_argument("--webhook-token-file", type=Path, help="holds the webhook's bearer token")
    command.add_argument("--forge-webhook-url", help="whom the forge tells, as GitHub does")
    command.add_argument(
        "--forge-webhook-secret-file", type=Path, help="holds the secret that signs what it tells"
    )
    command.add_argument("--tools-dir", type=Path, default=Path(".run/tools"))


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace, LabDir], int],
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text.replace("%", "%%"), description=text)
    command.add_argument("--dir", type=Path, default=Path(".run/lab"), help="the lab's folder")
    command.set_defaults(command=run)
    return command


if __name__ == "__main__":
    sys.exit(main())
