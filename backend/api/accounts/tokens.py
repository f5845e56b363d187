"""Routes by which administrators look after programs."""

from fastapi import APIRouter

from backend.accounts import people, tokens
from backend.api.accounts.names import check_free
from backend.api.accounts.shapes import NewToken, TokenCreated, TokenList, TokenView
from backend.api.auth import Admin
from backend.api.context import Context

router = APIRouter(prefix="/api/v1/tokens", tags=["accounts"])


@router.get("")
async def list_tokens(context: Context, actor: Admin) -> TokenList:
    """List the organization's tokens, revoked ones too; those in API_TOKENS are not among them."""
    async with context.engine.connect() as connection:
        found = await tokens.list_all(connection, actor.org_id)
    return TokenList(tokens=[TokenView.of(token) for token in found])


@router.post("", status_code=201, responses={409: {}})
async def create_token(context: Context, actor: Admin, body: NewToken) -> TokenCreated:
    """Make a token for a program; its secret is shown this once."""
    check_free(context.settings, people.normalize(body.name))
    async with context.engine.begin() as connection:
        token, secret = await tokens.create(
            connection,
            actor,
            name=body.name,
            role=body.role,
            expires_at=body.expires_at,
            now=context.clock.now(),
        )
    return TokenCreated(token=TokenView.of(token), secret=secret)


@router.delete("/{token_id}", status_code=204)
async def revoke_token(context: Context, actor: Admin, token_id: str) -> None:
    """Make a token open nothing from now on."""
    async with context.engine.begin() as connection:
        await tokens.revoke(connection, actor, token_id, now=context.clock.now())
