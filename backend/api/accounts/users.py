"""Routes by which administrators look after people."""

from fastapi import APIRouter

from backend.accounts import administration, passwords, people
from backend.accounts.administration import Change
from backend.api.accounts.names import check_free
from backend.api.accounts.shapes import (
    NewUser,
    PasswordShown,
    UserAdded,
    UserChange,
    UserList,
    UserView,
)
from backend.api.auth import Admin
from backend.api.context import Context

router = APIRouter(prefix="/api/v1/users", tags=["accounts"])


@router.get("")
async def list_users(context: Context, actor: Admin) -> UserList:
    """List everyone of the organization."""
    async with context.engine.connect() as connection:
        users = await people.list_all(connection, actor.org_id)
    return UserList(users=[UserView.of(user) for user in users])


@router.post("", status_code=201, responses={409: {}})
async def add_user(context: Context, actor: Admin, body: NewUser) -> UserAdded:
    """Let someone in; a password that is made up is shown this once."""
    name = people.normalize(body.name)
    check_free(context.settings, name)
    chosen = body.password.get_secret_value() if body.password else None
    password = passwords.invent() if chosen is None else chosen
    password_hash = await context.passwords.hash(password, name=name)
    async with context.engine.begin() as connection:
        user = await administration.add(
            connection,
            actor,
            name=name,
            password_hash=password_hash,
            role=body.role,
            now=context.clock.now(),
        )
    return UserAdded(user=UserView.of(user), password=password if chosen is None else None)


@router.patch("/{user_id}", responses={409: {}})
async def change_user(context: Context, actor: Admin, user_id: str, body: UserChange) -> UserView:
    """Give someone a role, take it away, shut them out or let them in again."""
    async with context.engine.begin() as connection:
        user = await administration.lock(connection, actor, user_id)
        as_is = Change.none_of(user)
        wanted = Change(
            role=body.role if "role" in body.model_fields_set else as_is.role,
            is_disabled=as_is.is_disabled if body.disabled is None else body.disabled,
        )
        changed = await administration.change(
            connection, actor, user, wanted, now=context.clock.now()
        )
    return UserView.of(changed)


@router.post("/{user_id}/password")
async def reset_password(context: Context, actor: Admin, user_id: str) -> PasswordShown:
    """Give someone a random password, shown this once.

    Whoever is signed in as them is no longer.
    """
    password = passwords.invent()
    password_hash = await context.passwords.hash(password, name="")
    async with context.engine.begin() as connection:
        user = await administration.lock(connection, actor, user_id)
        await administration.reset_password(
            connection, actor, user, password_hash, now=context.clock.now()
        )
    return PasswordShown(password=password)
