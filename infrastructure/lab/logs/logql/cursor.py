"""A place in the token list, and the errors of not finding what was expected there."""

from infrastructure.lab.logs.logql import tokens
from infrastructure.lab.logs.logql.errors import ParseError
from infrastructure.lab.logs.logql.tokens import Token

# Like bison, Loki's parser names what it expected only when there are few possibilities.
MOST_NAMED = 4


class Cursor:
    """Walks forward over tokens; never past the end."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self._tokens = found
        self._index = 0

    @property
    def token(self) -> Token:
        """The token not yet taken."""
        return self._tokens[self._index]

    def at(self, *kinds: str) -> bool:
        """Say whether the next token is of one of these kinds."""
        return self.token.kind in kinds

    def followed_by(self, *kinds: str) -> bool:
        """Say whether the token after the next is of one of these kinds."""
        after = min(self._index + 1, len(self._tokens) - 1)
        return self._tokens[after].kind in kinds

    def take(self) -> Token:
        """Return the next token and step over it."""
        token = self.token
        if token.kind != tokens.END:
            self._index += 1
        return token

    def accept(self, *kinds: str) -> Token | None:
        """Take the next token if it is of one of these kinds."""
        return self.take() if self.at(*kinds) else None

    def expect(self, *kinds: str) -> Token:
        """Take the next token, which must be of one of these kinds.

        Raises:
            ParseError: it is not.
        """
        if self.at(*kinds):
            return self.take()
        raise self.unexpected(*kinds)

    def unexpected(self, *expected: str) -> ParseError:
        """Return the error of standing before the wrong token."""
        token = self.token
        if token.kind == tokens.END and self._index == 0:
            return ParseError(f"syntax error: unexpected {tokens.END}")
        hint = ""
        if 0 < len(expected) <= MOST_NAMED:
            hint = ", expecting " + " or ".join(expected)
        return ParseError(f"syntax error: unexpected {token.kind}{hint}", token.line, token.column)
