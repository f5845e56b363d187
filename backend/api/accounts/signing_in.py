"""Routes by which people come in and go out."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from backend.accounts import administration, limits, people, signing_in
from backend.accounts.sessions import LIFETIME, Session
from backend.accounts.signing_in import Attempt
from backend.actors import Actor
from backend.api.accounts import origin
from backend.api.accounts.names import check_free
from backend.api.accounts.shapes import Credentials, Me, NewPassword, Registered, UserView
from backend.api.auth import SESSION_COOKIE, Identity, Known
from backend.api.context import Context
from backend.api.problems import ProblemError

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])


@router.post("/register", status_code=201, responses={403: {}, 409: {}, 429: {}, 503: {}})
async def register(context: Context, request: Request, body: Credentials) -> Registered:
    """Ask to come in.

    An administrator has to give a role before anything can be seen.
    """
    settings, now = context.settings, context.clock.now()
    if not settings.registration_open:
        hint = "Ask an administrator to add you: registration is switched off."
        raise ProblemError(403, "Nobody can register here", hint)
    address = origin.address_of(request, settings.trusted_proxies)
    subjects = limits.by_address(address), limits.by_name(body.name)
    await limits.enter(context.engine, limits.REGISTER, *subjects, now=now)
    name = people.normalize(body.name)
    check_free(settings, name)
    password_hash = await context.passwords.hash(body.password.get_secret_value(), name=name)
    async with context.engine.begin() as connection:
        user = await administration.register(
            connection, org_id=settings.org_id, name=name, password_hash=password_hash, now=now
        )
    return Registered(user=UserView.of(user))


@router.post("/sign-in", responses={401: {}, 429: {}, 503: {}})
async def sign_in(context: Context, request: Request, response: Response, body: Credentials) -> Me:
    """Open a session.

    Its cookie comes with the answer, and the word to repeat with every change (`csrf_token`).
    """
    trusted = context.settings.trusted_proxies
    attempt = Attempt(
        name=body.name,
        password=body.password.get_secret_value(),
        address=origin.address_of(request, trusted),
        replaces=request.cookies.get(SESSION_COOKIE),
    )
    now = context.clock.now()
    opened = await signing_in.sign_in(context.engine, context.passwords, attempt, now=now)
    response.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=origin.is_https(request, trusted),
        httponly=True,
        samesite="strict",
    )
    return _me(opened.session.actor, opened.session)


@router.post("/sign-out", status_code=204)
async def sign_out(context: Context, request: Request, response: Response, known: Known) -> None:
    """End the session."""
    session = _session_of(known, "A token has no session; DELETE /api/v1/tokens/{id} revokes it.")
    now = context.clock.now()
    await signing_in.sign_out(context.engine, session, now=now)
    is_https = origin.is_https(request, context.settings.trusted_proxies)
    response.delete_cookie(
        SESSION_COOKIE, path="/", secure=is_https, httponly=True, samesite="strict"
    )


@router.get("/me")
async def show_me(known: Known) -> Me:
    """Say who asks, and what they have to send along."""
    return _me(known.actor, known.session)


@router.post("/password", status_code=204)
async def change_password(context: Context, known: Known, body: NewPassword) -> None:
    """Change one's own password; every other session of one's own ends."""
    session = _session_of(known, "A token has no password; sign in to change yours.")
    await signing_in.change_password(
        context.engine,
        context.passwords,
        session,
        current=body.current.get_secret_value(),
        new=body.new.get_secret_value(),
        now=context.clock.now(),
    )


def _me(actor: Actor, session: Session | None) -> Me:
    return Me(
        name=actor.name,
        role=actor.role,
        org_id=actor.org_id,
        kind=actor.kind,
        csrf_token=session.csrf_token if session else None,
        expires_at=session.expires_at if session else None,
    )


def _session_of(known: Identity, hint: str) -> Session:
    if known.session is None:
        raise ProblemError(403, "This is for people", hint)
    return known.session
