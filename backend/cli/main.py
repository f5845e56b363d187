"""`sre-agent`: every command, and how an error is told."""

import sys

import typer

from backend.cli import (
    accounts,
    asking,
    autonomy,
    bench,
    braking,
    clusters,
    declaring,
    demo,
    exporting,
    faults,
    incidents,
    keys,
    learning,
    models,
    objectives,
    operations,
    policing,
    queueing,
    replaying,
    runbooks,
    steering,
    switching,
    timeline,
)
from backend.cli.diagnosing import command as diagnosing
from backend.cli.session import tell_error
from sre_agent.domain.errors import PermanentError, TransientError

cli = typer.Typer(
    help="The SRE agent platform: from an alert to a verified repair.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    operations.up,
    operations.down,
    operations.doctor,
    demo.demo,
    incidents.incidents,
    incidents.show,
    incidents.watch,
    incidents.approve,
    incidents.reject,
    incidents.trigger,
    incidents.report,
    asking.ask,
    asking.chat,
    steering.cancel,
    steering.pause,
    steering.resume,
    steering.reinvestigate,
    steering.act,
    steering.dismiss,
    steering.acknowledge,
    steering.assign,
    steering.comment,
    steering.merge,
    steering.split,
    switching.halt,
    switching.unhalt,
    braking.brakes,
    learning.verdict,
    learning.similar,
    learning.learned,
    faults.faults,
    autonomy.autonomy,
    queueing.queue,
    bench.bench,
    replaying.replay,
    timeline.changes,
    diagnosing.diagnose,
    operations.serve,
    operations.worker,
    operations.migrate,
):
    cli.command()(command)
cli.command("eval")(replaying.evaluate)
cli.add_typer(clusters.clusters, name="clusters")
cli.add_typer(runbooks.runbooks, name="runbooks")
cli.add_typer(models.models, name="models")
cli.add_typer(policing.policy, name="policy")
cli.add_typer(objectives.slo, name="slo")
cli.add_typer(braking.freeze, name="freeze")
cli.add_typer(declaring.services, name="services")
cli.add_typer(operations.lab, name="lab")
cli.add_typer(operations.audit, name="audit")
operations.audit.command()(exporting.export)
operations.audit.command()(exporting.verify_export)
operations.audit.command()(exporting.kept)
cli.add_typer(keys.keys, name="keys")
cli.add_typer(accounts.users, name="users")
cli.add_typer(accounts.tokens, name="tokens")
cli.add_typer(learning.memory, name="memory")


def app() -> None:
    """Run the command; an expected error is one sentence, without a traceback."""
    try:
        cli()
    except (PermanentError, TransientError) as error:
        tell_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
