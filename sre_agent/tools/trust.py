"""Whom we believe on the wire: the machine's certificate authorities, read once."""

import functools
import ssl


@functools.cache
def authorities() -> ssl.SSLContext:
    """Return what encrypted connections are checked by; reading it takes a noticeable moment."""
    return ssl.create_default_context()
