"""The command itself: what to look at, how to tell it, and with which code to end."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from backend.cli.diagnosing import files, telling
from backend.cli.session import console, layout
from backend.cli.stack import lifecycle
from backend.clock import SystemClock
from backend.settings.mcp import McpSettings
from sre_agent.diagnosis import snapshots
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.errors import PermanentError
from sre_agent.manifests.bundle import reading
from sre_agent.safety.redaction import redact_json

UNDECIDED = 3
"""The exit code where no cause is established."""
MAX_UNSEEN = 12
"""So many files that were not read are named."""
_KNOWN = (
    "answers of kubectl (get, describe, logs; text, JSON or YAML), and support bundles of these"
)


def diagnose(
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help="A folder, archive or file of saved kubectl output, or a support bundle.",
        ),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(help="Look at this namespace of the cluster; offline: of what tells none."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="A connected cluster; the installation's own without.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Name what is wrong in a namespace, or in saved kubectl output; nothing is changed."""
    if place is not None:
        if cluster is not None:
            raise PermanentError("saved output is of no cluster: leave --cluster out")
        diagnosis, read, unseen = _offline(place, namespace or "")
    elif namespace:
        diagnosis, read, unseen = _online(namespace, cluster)
    else:
        raise PermanentError(
            "name what to look at: sre-agent diagnose FOLDER, or --namespace NAME for the cluster"
        )
    if as_json:
        console.print_json(data=telling.as_json(diagnosis, unseen, read))
    else:
        for line in telling.lines(diagnosis, unseen):
            console.print(line, soft_wrap=True)
    if diagnosis.conclusion not in {Conclusion.CAUSE_FOUND, Conclusion.NOTHING_WRONG}:
        raise typer.Exit(UNDECIDED)


_Told = tuple[Diagnosis, Mapping[str, str], Mapping[str, str]]


def _offline(place: Path, namespace: str) -> _Told:
    saved = files.read(place)
    bundle = reading.read(saved.texts, saved.saved_at, namespace, clean=redact_json)
    unseen = {**saved.passed_over, **bundle.unused}
    if not bundle.used:
        name, why = next(iter(sorted(unseen.items())))
        raise files.UnreadableBundleError(
            f"nothing in {place} was recognised (such as {name}: {why}); known are {_KNOWN}"
        )
    found = snapshots.diagnose(bundle.snapshot, bundle.snapshot.taken_at, spans=bundle.spans)
    return _doubted(found, bundle), bundle.used, _few(unseen)


def _doubted(found: Diagnosis, bundle: reading.Bundle) -> Diagnosis:
    """Call nothing well while objects that were saved could not be read."""
    broken = sorted(name for name, why in bundle.unused.items() if why == reading.BROKEN)
    if not broken or found.conclusion is not Conclusion.NOTHING_WRONG:
        return found
    reason = f"what was read is in order, but not all could be. Missing: {', '.join(broken[:3])}"
    return found.model_copy(update={"conclusion": Conclusion.UNDECIDED, "reason": reason})


def _few(unseen: Mapping[str, str]) -> dict[str, str]:
    few = dict(sorted(unseen.items())[:MAX_UNSEEN])
    rest = len(unseen) - len(few)
    return {**few, "and more": f"{rest} files"} if rest else few


def _online(namespace: str, cluster: str | None) -> _Told:
    from backend.cli.diagnosing import live  # noqa: PLC0415 - the protocol's client takes half a second

    clock = SystemClock()
    look = asyncio.run(live.look(_settings(), namespace, cluster, clock))
    return snapshots.diagnose(look.snapshot, clock.now()), look.read, look.unseen


def _settings() -> McpSettings:
    """Return where the cluster's servers are: of the stack that runs here, else as the settings say."""
    place = layout()
    if lifecycle.record(place) is None:
        return McpSettings.load(place.env_file)
    values, _ = lifecycle.running_settings(place)
    names = {name.upper() for name in McpSettings.model_fields}
    return McpSettings.of({name: value for name, value in values.items() if name in names})
