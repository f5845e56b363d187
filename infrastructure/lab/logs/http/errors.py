"""What a request can be refused for, worded as Loki words it."""


class BadRequestError(Exception):
    """A request that cannot be answered; its text is the body of the 400 answer."""
