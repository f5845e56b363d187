"""The way to GitHub: the official-style client's requests, unpacked here and no larger than the bound."""

from collections.abc import Iterator
from typing import Any

import requests
from github.Auth import Auth
from github.Requester import HTTPRequestsConnectionClass, Requester, RequestsResponse
from typing_extensions import override

from mcp_servers.common.envelope import UnreachableError
from mcp_servers.common.unpacking import ENCODINGS, Unpacking
from mcp_servers.github import redirects

REQUEST_TIMEOUT_S = 8
"""How long one request may take; a tool makes several, one after the other."""

API_VERSION = "2022-11-28"
_USER_AGENT = "sre-agent"
_PIECE_BYTES = 64 * 1024
_MAX_CONNECTIONS = 10
_COMES_LATER = 202


class Asker(Requester):
    """PyGithub's requester, over connections that are bounded and heed no proxy of the shell."""

    def __init__(self, base_url: str, auth: Auth | None, ca_file: str | None) -> None:
        verify: bool | str = ca_file or True
        super().__init__(
            auth=auth,
            base_url=base_url,
            timeout=REQUEST_TIMEOUT_S,
            user_agent=_USER_AGENT,
            per_page=100,
            verify=verify,
            retry=None,
            pool_size=_MAX_CONNECTIONS,
            api_version=API_VERSION,
        )
        self._verify = verify
        self._session = _Session()
        self._session.trust_env = False
        self._session.auth = Requester.noopAuth

    @override
    def requestJson(
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        input: Any | None = None,
        cnx: Any | None = None,
        follow_302_redirect: bool = False,
    ) -> tuple[int, dict[str, Any], str]:
        connection = _Connection(self._session, self.base_url, verify=self._verify)
        return super().requestJson(
            verb, url, parameters, headers, input, cnx or connection, follow_302_redirect
        )

    @override
    def close(self) -> None:
        self._session.close()


class _Session(requests.Session):
    """A session that looks at no redirect: it would read all of it, however long, to prepare for the next."""

    @override
    def get_redirect_target(self, _resp: requests.Response) -> str | None:
        return None


class _Connection(HTTPRequestsConnectionClass):
    """One request; several threads may each have theirs."""

    def __init__(self, session: requests.Session, base_url: str, *, verify: bool | str) -> None:
        scheme, _, rest = base_url.partition("://")
        self.origin = f"{scheme}://{rest.partition('/')[0]}"
        self.host = rest.partition("/")[0]
        self.session = session
        self.verify = verify

    @override
    def getresponse(self) -> RequestsResponse:
        asked = f"{self.origin}{self.url}"
        answer = self.session.request(
            self.verb,
            asked,
            headers={**self.headers, "Accept-Encoding": ENCODINGS},
            data=self.input,
            timeout=REQUEST_TIMEOUT_S,
            verify=self.verify,
            allow_redirects=False,
            stream=True,
        )
        if redirects.is_one(answer.status_code):
            # The client would go on without what was asked, or take it for an answer to a write.
            answer.close()
            location = answer.headers.get("location", "")
            raise redirects.refusal(self.verb, asked, answer.status_code, location)
        return _Response(answer)

    @override
    def close(self) -> None:
        """Leave the session open, which others use as well."""


class _Response(RequestsResponse):
    """An answer, read piece by piece up to the bound."""

    @override
    def read(self) -> str:
        if self.status == _COMES_LATER:
            self.response.close()
            raise UnreachableError("GitHub has not worked the answer out yet: ask again in a while")
        unpacking = Unpacking(self.response.headers.get("content-encoding", ""))
        try:
            body = b"".join(unpacking.take(piece) for piece in self._pieces())
            unpacking.end()
        finally:
            self.response.close()
        return body.decode(errors="replace")

    def _pieces(self) -> Iterator[bytes]:
        while piece := self.response.raw.read(_PIECE_BYTES, decode_content=False):
            yield piece
