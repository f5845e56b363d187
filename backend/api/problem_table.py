"""Which error is which status: what it means, and what to do about it."""

from collections.abc import Mapping

import sqlalchemy as sa

from backend.accounts import administration, limits, passwords, people, signing_in, tokens
from backend.api.walks import WalksBusyError
from backend.ask.desk import AskBusyError
from backend.clusters import connecting
from backend.clusters.sealing import BrokenSealError
from backend.clusters.toolboxes import ClusterDisconnectedError
from backend.db import (
    approval_counts,
    approvals,
    ask_threads,
    changes,
    clusters,
    exports,
    freezes,
    retention,
    runs,
    slos,
    steering,
    transitions,
    verdicts,
)
from backend.db.admission.desk import BusyError
from backend.db.journal import IncidentNotFoundError, UnreadableEventError
from backend.halting import HaltFileError
from backend.intake.refusals import NotJsonError
from backend.settings.common import SettingsError
from backend.slos import keeping
from sre_agent.domain.errors import TransientError
from sre_agent.domain.steering import UnfitStepError

TABLE: Mapping[type[Exception], tuple[int, str, str]] = {
    clusters.ClusterNotFoundError: (404, "No such cluster", "List them with GET /api/v1/clusters."),
    changes.ChangeNotFoundError: (404, "No such change", "List them with GET /api/v1/changes."),
    ask_threads.ThreadNotFoundError: (
        404,
        "No such thread",
        "List yours with GET /api/v1/ask/threads.",
    ),
    clusters.ClusterTakenError: (
        409,
        "There is a cluster of that name",
        "Choose another id, or disconnect that one first: DELETE /api/v1/clusters/{id}.",
    ),
    ClusterDisconnectedError: (
        409,
        "The cluster is disconnected",
        "Connect it again with POST /api/v1/clusters.",
    ),
    connecting.OwnClusterError: (
        409,
        "The installation's own cluster cannot be disconnected here",
        "It is described by .env: change CLUSTER_ID and the addresses there, and start again.",
    ),
    connecting.ClusterBusyError: (
        409,
        "A repair is under way in the cluster",
        "Wait until the incidents that `detail` names are verified, or cancel them.",
    ),
    connecting.ConnectionRefusedByCheckError: (
        422,
        "The cluster was not connected: a server did not pass its check",
        "Correct what `checks` names and send again; nothing was stored.",
    ),
    BrokenSealError: (
        503,
        "The tokens of the cluster cannot be read",
        "Put the SECRETS_KEY they were encrypted with behind the new one, or connect it again.",
    ),
    exports.ExportNotFoundError: (
        404,
        "No such export",
        "Ask for one with POST /api/v1/audit/exports.",
    ),
    retention.ExportUnsignedError: (
        409,
        "The export is not signed",
        "Ask for it anew with POST /api/v1/audit/exports.",
    ),
    exports.ExportTooLargeError: (
        409,
        "The export is too large",
        "Ask for less: a later `since`, an earlier `until`, or one incident.",
    ),
    SettingsError: (503, "A setting is missing", "Set what `detail` names in .env, start again."),
    slos.SloNotFoundError: (404, "No such objective", "List them with GET /api/v1/slos."),
    slos.SloTakenError: (
        409,
        "There is an objective of that id",
        "Choose another id, or change that one (docs/slo.md).",
    ),
    keeping.SloOfFileError: (
        409,
        "The objective is defined in SLO_FILE",
        "Change it there and start the workers again.",
    ),
    keeping.TooManySlosError: (
        409,
        "The cluster has as many objectives as it may have",
        "Remove one first (docs/slo.md).",
    ),
    IncidentNotFoundError: (404, "No such incident", "List them with GET /api/v1/incidents."),
    approvals.ApprovalNotFoundError: (
        404,
        "Nothing waits for approval",
        "See what the incident is doing with GET /api/v1/incidents/{id}.",
    ),
    approvals.NotAnApproverError: (
        403,
        "Your role does not decide",
        "`detail` says who may; others with the role approver or above may reject.",
    ),
    approvals.ApprovalClosedError: (
        409,
        "Already decided",
        "A decision stands; a new plan would be a new request.",
    ),
    approval_counts.AnsweredBeforeError: (
        409,
        "You have said yes already",
        "Somebody else has to say yes as well; to take it back, reject the plan.",
    ),
    approvals.UnfitAnswerError: (
        422,
        "That cannot be left out",
        "See the plan's actions with GET /api/v1/incidents/{id}/plan and send again.",
    ),
    approvals.PlanChangedError: (
        409,
        "The plan is another one by now",
        "Look at it again with GET /api/v1/incidents/{id}/plan and decide on that.",
    ),
    UnreadableEventError: (
        500,
        "The log of this incident was changed outside the platform",
        "GET /api/v1/audit/verify?incident={id} names the place; the events before it can be read.",
    ),
    verdicts.NothingToJudgeError: (
        409,
        "There is no cause to judge",
        "Send wrong with actual_class and actual_object, or wait for a diagnosis.",
    ),
    verdicts.UnfitVerdictError: (
        422,
        "The verdict cannot be",
        "See what was named with GET /api/v1/incidents/{id}/causes.",
    ),
    steering.WrongStateError: (
        409,
        "The state of the incident does not allow it",
        "See where it stands with GET /api/v1/incidents/{id}; `detail` says what can be done.",
    ),
    UnfitStepError: (
        422,
        "That cannot be done with this incident",
        "Correct what `detail` names and send again.",
    ),
    runs.ServiceTakenError: (
        409,
        "The service has another open incident",
        "Go on in the open incident that `detail` names.",
    ),
    transitions.IncidentEndedError: (
        409,
        "The incident has ended",
        "POST /api/v1/incidents/{id}/reinvestigate begins a new run.",
    ),
    freezes.FreezeNotFoundError: (404, "No such freeze", "List them with GET /api/v1/freezes."),
    freezes.FreezeOverError: (
        409,
        "The freeze would be over already",
        "Give it an end that is yet to come.",
    ),
    freezes.TooManyFreezesError: (
        409,
        "There are too many freezes",
        "Remove one first: DELETE /api/v1/freezes/{id}. Many belong into FREEZE_FILE.",
    ),
    HaltFileError: (
        500,
        "The switch was thrown, but its file could not be changed",
        "Make or remove MCP_HALT_FILE by hand: it stops grants that were minted before a halt.",
    ),
    signing_in.WrongPasswordError: (
        401,
        "That is not right",
        "Try again; an administrator can give you a new password.",
    ),
    signing_in.PresentPasswordError: (
        422,
        "The present password is another",
        "An administrator can give you a new password.",
    ),
    signing_in.ShutOutError: (
        403,
        "You may not come in",
        "Ask an administrator; `sre-agent users` is theirs to use.",
    ),
    limits.TooManyAttemptsError: (
        429,
        "Too many attempts",
        "Wait as long as Retry-After says; until then nothing is looked at.",
    ),
    passwords.WeakPasswordError: (
        422,
        "The password will not do",
        "Take 12 to 256 characters that are not the name, such as five random words.",
    ),
    people.InvalidNameError: (422, "Nobody can be called that here", "Choose another name."),
    people.NameTakenError: (409, "The name is taken", "Choose another name."),
    people.NoSuchUserError: (404, "No such user", "List them with GET /api/v1/users."),
    administration.LastAdminError: (
        409,
        "Somebody has to stay administrator",
        "Make somebody else an administrator first.",
    ),
    administration.RoleAboveOwnError: (
        403,
        "The role is above your own",
        "Ask somebody who has it.",
    ),
    tokens.NoSuchTokenError: (404, "No such token", "List them with GET /api/v1/tokens."),
    tokens.MadeByTokenError: (
        403,
        "Tokens make no tokens",
        "Sign in and make it yourself, or use a token of API_TOKENS.",
    ),
    tokens.ExpiredAlreadyError: (
        422,
        "The token would be over already",
        "Send an expires_at in the future, or none.",
    ),
    tokens.ExpiresTooLateError: (
        422,
        "The token would be good for too long",
        "Send an expires_at within ten years, or none.",
    ),
    NotJsonError: (400, "The body is not JSON", "Send JSON in UTF-8, as docs/api.md describes."),
    BusyError: (503, "Too many webhooks wait", "Send again in some seconds; nothing was recorded."),
    AskBusyError: (
        503,
        "Too many questions are being answered",
        "Ask again in some seconds.",
    ),
    WalksBusyError: (
        503,
        "Other logs are being verified",
        "Ask again in some seconds.",
    ),
    TransientError: (
        503,
        "Not now",
        "Send again in some seconds; nothing was recorded. See GET /ready.",
    ),
    sa.exc.OperationalError: (
        503,
        "The database does not answer",
        "See GET /ready; `sre-agent doctor` says how to mend it.",
    ),
    sa.exc.InterfaceError: (
        503,
        "The connection to the database was lost",
        "See GET /ready; `sre-agent doctor` says how to mend it.",
    ),
    sa.exc.TimeoutError: (503, "The database is busy", "Try again in some seconds."),
}
"""What was thrown, the status, its title and its hint."""
