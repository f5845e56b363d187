"""Two families of failure, so that a caller knows whether trying again can help."""


class TransientError(Exception):
    """The world did not answer this time; the same call may succeed later."""


class PermanentError(Exception):
    """The world answered no, or the request makes no sense; trying again is useless."""
