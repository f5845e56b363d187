"""The ways in which a query can be wrong, worded as Loki words them."""


class QueryError(Exception):
    """A query that cannot be answered; its text is the body of the 400 answer."""


class ParseError(QueryError):
    """A query that is not LogQL; knows where, unless the fault is in the whole."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        place = f" at line {line}, col {column}:" if line or column else " :"
        super().__init__(f"parse error{place} {message}")
