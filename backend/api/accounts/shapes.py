"""What the routes of accounts are asked and answer."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from backend.accounts.people import User
from backend.accounts.tokens import Token
from backend.actors import ActorKind, Role


def _check_text(text: str) -> str:
    """Refuse half a character, which JSON can name and nothing can store."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("has half a character (a lone surrogate)")
    return text


def _check_secret(secret: SecretStr) -> SecretStr:
    _check_text(secret.get_secret_value())
    return secret


# Far more than a name or a password may have: longer ones are refused before anyone hashes them.
_Name = Annotated[str, Field(min_length=1, max_length=320), AfterValidator(_check_text)]
_Password = Annotated[
    SecretStr, Field(min_length=1, max_length=1024), AfterValidator(_check_secret)
]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Credentials(_Asked):
    """A name with its password."""

    name: _Name
    password: _Password


class NewPassword(_Asked):
    """Another password in place of the present one."""

    current: _Password
    new: _Password


class NewUser(_Asked):
    """Someone to let in; without a password a random one is made and shown once."""

    name: _Name
    role: Role | None = None
    password: _Password | None = None


class UserChange(_Asked):
    """What shall be of a user; what is left out stays. `role: null` takes the role away."""

    role: Role | None = None
    disabled: bool | None = None


class NewToken(_Asked):
    """A program to let in: its name, what it may do, and until when."""

    name: _Name
    role: Role
    expires_at: AwareDatetime | None = None


class Me(BaseModel):
    """Who asks. Browsers send `csrf_token` as X-CSRF-Token with everything that changes something."""

    name: str
    role: Role
    org_id: str
    kind: ActorKind
    csrf_token: str | None = None
    expires_at: datetime | None = None


class UserView(BaseModel):
    """A user; without a role they wait for an administrator."""

    id: str
    name: str
    role: Role | None
    created_at: datetime
    disabled_at: datetime | None

    @classmethod
    def of(cls, user: User) -> "UserView":
        """Return the user as they are shown."""
        return cls.model_validate({field: getattr(user, field) for field in cls.model_fields})


class Registered(BaseModel):
    """Who registered."""

    user: UserView


class UserAdded(BaseModel):
    """Who was let in; `password` is set, and shown this once, when it was made up."""

    user: UserView
    password: str | None


class UserList(BaseModel):
    """All users of the organization, by name."""

    users: list[UserView]


class PasswordShown(BaseModel):
    """A random password, shown this once."""

    password: str


class TokenView(BaseModel):
    """A program's token, without the secret."""

    id: str
    name: str
    role: Role
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> "TokenView":
        """Return the token as it is shown."""
        return cls.model_validate({field: getattr(token, field) for field in cls.model_fields})


class TokenCreated(BaseModel):
    """A new token; `secret` is what the program sends, and is shown this once."""

    token: TokenView
    secret: str


class TokenList(BaseModel):
    """All tokens of the organization, newest first."""

    tokens: list[TokenView]
