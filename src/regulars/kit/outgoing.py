"""Fetching from and posting to addresses that people type in, without being led into our own network.

The name is resolved once and that very address is connected to, so that a second answer of the name
server cannot lead elsewhere. Redirects are not followed. Private, local and reserved addresses (also
such as are mapped into IPv6) are refused, unless the network is allowed by `REGULARS_OUTGOING_ALLOW`.
"""

from __future__ import annotations

import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from regulars.kit.errors import RegularsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
"""Between two pieces of the answer."""
TOTAL_SECONDS = 1800.0
"""Of a whole file; a server that sends a byte a minute would hold a worker for ever."""
POST_SECONDS = 10.0
"""For all of a POST, from the name to the end of the answer: somebody waits behind it."""
REPLY_BYTES_MAX = 4 * 1024
"""So much of the answer to a POST is read and kept: enough to see what the receiver complains of."""
REPLY_READ_SECONDS = 2.0
"""The status is what counts; who has given it is not waited for much longer."""
RETRY_AFTER_MAX = 24 * 3600
URL_LENGTH_MAX = 2_000
BLOCK = 256 * 1024
AGENT = "Regulars"


class OutgoingError(RegularsError):
    """The address cannot be fetched from; the message says why and what to do."""

    code = "outgoing"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver said to a POST, whatever its status: the first of its words, and when to come again."""

    status: int
    text: str
    retry_after: int | None
    """Seconds, where the receiver asked for a pause and gave it in seconds; at most a day."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`is_same`: nothing has changed since the given ETag, and there are no blocks."""

    is_same: bool
    etag: str
    size: int | None
    blocks: Iterator[bytes]


def networks(words: Sequence[str]) -> list[Network]:
    """The networks of `REGULARS_OUTGOING_ALLOW`. Raises ValueError naming the one that is none."""
    return [ipaddress.ip_network(word, strict=False) for word in words]


def check_url(url: str) -> SplitResult:
    """The parts of an https address. Raises OutgoingError for anything else."""
    try:
        parts = urlsplit(url.strip())
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        port_is_number = False
        parts = SplitResult("", "", "", "", "")
    is_good = (
        parts.scheme == "https"
        and bool(parts.hostname)
        and port_is_number
        and len(url) <= URL_LENGTH_MAX
        and url.isascii()
        and url.isprintable()
        and parts.username is None
        and parts.password is None
    )
    if not is_good:
        raise OutgoingError(
            _("Write the address as https://host/file, without a password in it."), code="bad_address"
        )
    return parts


def is_allowed(address: Address, allow: Sequence[Network] = ()) -> bool:
    """Whether this address may be connected to."""
    real = _unwrapped(address)
    if any(real.version == network.version and real in network for network in allow):
        return True
    return real.is_global and not real.is_multicast and not real.is_reserved


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: mapped, 6to4, Teredo or NAT64 lead there as well."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and (address in _NAT64 or address in _COMPATIBLE) and int(address) & 0xFFFFFFFF > 1:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


@contextmanager
def fetch(
    url: str,
    *,
    limit: int,
    etag: str = "",
    allow: Sequence[Network] = (),
    context: ssl.SSLContext | None = None,
) -> Iterator[Answer]:
    """The content of an https address, at most `limit` bytes; `etag` is that of the answer before.

    Raises OutgoingError for an address that may not be reached, one that does not answer as it should,
    and while the blocks are read for one that is too large or too slow. `context` is for tests.
    """
    parts = check_url(url)
    address = _resolve(parts, allow)
    connection = _Pinned(parts, address, context or ssl.create_default_context())
    try:
        try:
            answer = _answer(connection, parts, etag, limit)
        except (OSError, HTTPException) as error:
            raise OutgoingError(
                _("%(host)s does not answer: %(reason)s. Check whether it can be reached from here.")
                % {"host": parts.hostname, "reason": error},
                code="no_answer",
            ) from error
        yield answer
    finally:
        connection.end()


def check_target(url: str, *, allow: Sequence[Network] = ()) -> None:
    """Raise OutgoingError for an address that `post` would not connect to. Asks the name server."""
    _resolve(check_url(url), allow)


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float = POST_SECONDS,
    allow: Sequence[Network] = (),
    context: ssl.SSLContext | None = None,
) -> Reply:
    """Post `body` to an https address; what it answers, whatever the status. Redirects are not followed.

    It takes no longer than `seconds`, however slowly the other side reads or speaks. Raises OutgoingError
    where there is no answer: `bad_address`, `no_host`, `private_address`, `bad_certificate`, `too_slow`,
    `no_answer`. `context` may be used again for the next POST.
    """
    ends_at = time.monotonic() + seconds
    parts = check_url(url)
    address = _resolve(parts, allow)
    connection = _Pinned(parts, address, context or ssl.create_default_context(), ends_at)
    told = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"} | dict(headers)
    try:
        connection.request("POST", _target(parts), body=body, headers=told)
        response = connection.answered = connection.getresponse()
        return Reply(response.status, _words(response, connection), _pause(response))
    except ssl.SSLCertVerificationError as error:
        raise OutgoingError(
            _("%(host)s shows a certificate that is not trusted: %(reason)s.")
            % {"host": parts.hostname, "reason": error.verify_message},
            code="bad_certificate",
        ) from error
    except TimeoutError as error:
        raise OutgoingError(
            _("%(host)s did not answer within %(seconds)s seconds.")
            % {"host": parts.hostname, "seconds": round(seconds)},
            code="too_slow",
        ) from error
    except (OSError, HTTPException) as error:
        raise OutgoingError(
            _("%(host)s does not answer: %(reason)s. Check whether it can be reached from here.")
            % {"host": parts.hostname, "reason": error},
            code="no_answer",
        ) from error
    finally:
        connection.end()


def _words(response: HTTPResponse, connection: _Pinned) -> str:
    """The first of the answer; one that breaks off or never ends is as good, since the status is known."""
    connection.give_up_at(time.monotonic() + REPLY_READ_SECONDS)
    try:
        read = response.read(REPLY_BYTES_MAX)
    except (OSError, HTTPException):
        return ""
    return read.decode("utf-8", "replace").replace("\x00", "")


def _pause(response: HTTPResponse) -> int | None:
    told = response.headers.get("Retry-After", "").strip()
    return min(int(told), RETRY_AFTER_MAX) if told.isdecimal() and told.isascii() and len(told) < 10 else None


def _resolve(parts: SplitResult, allow: Sequence[Network]) -> Address:
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutgoingError(
            _("There is no host %(host)s. Check the address.") % {"host": host}, code="no_host"
        ) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    # All of them: a name that leads inside with one of its addresses is not to be trusted with another.
    if not addresses or not all(is_allowed(address, allow) for address in addresses):
        raise OutgoingError(
            _(
                "%(host)s lies in a private or local network, which Regulars does not reach into. Whoever "
                "runs the server can allow it with REGULARS_OUTGOING_ALLOW."
            )
            % {"host": host},
            code="private_address",
        )
    return addresses[0]


class _Deadlined(ssl.SSLSocket):
    """Gives up at `ends_at`, also where the other side sends or takes a byte now and then."""

    ends_at: float = math.inf

    def recv_into(self, *args: Any, **values: Any) -> int:
        self.settimeout(_left(self.ends_at, READ_SECONDS))
        return super().recv_into(*args, **values)

    def send(self, *args: Any, **values: Any) -> int:
        self.settimeout(_left(self.ends_at, READ_SECONDS))
        return super().send(*args, **values)


def _left(ends_at: float, most: float) -> float:
    left = min(ends_at - time.monotonic(), most)
    if left <= 0:
        raise TimeoutError
    return left


class _Pinned(HTTPSConnection):
    """Connects to one address, and proves that it is the host that was asked for."""

    def __init__(
        self, parts: SplitResult, address: Address, context: ssl.SSLContext, ends_at: float = math.inf
    ) -> None:
        super().__init__(parts.hostname or "", parts.port or 443, timeout=CONNECT_SECONDS, context=context)
        context.sslsocket_class = _Deadlined
        self._address = address
        self._tls = context
        self._ends_at = ends_at
        self._secure: ssl.SSLSocket | None = None  # `sock` is gone once the server said that it will close
        self.answered: HTTPResponse | None = None

    def connect(self) -> None:
        limit = _left(self._ends_at, CONNECT_SECONDS)
        plain = socket.create_connection((str(self._address), self.port), timeout=limit)
        try:
            plain.settimeout(_left(self._ends_at, CONNECT_SECONDS))
            self.sock = self._secure = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        self.give_up_at(self._ends_at)

    def give_up_at(self, moment: float) -> None:
        """Wait for nothing past this moment (monotonic), if it is earlier than the one said before."""
        if isinstance(self._secure, _Deadlined):
            self._secure.ends_at = min(self._secure.ends_at, moment)

    def end(self) -> None:
        self.close()
        if self.answered is not None:  # it holds the socket once the server said that it will close
            self.answered.close()


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _answer(connection: _Pinned, parts: SplitResult, etag: str, limit: int) -> Answer:
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    if etag:
        headers["If-None-Match"] = etag
    connection.request("GET", _target(parts), headers=headers)
    response = connection.answered = connection.getresponse()
    if response.status == 304 and etag:
        return Answer(True, etag, 0, iter(()))
    if response.status != 200:
        raise OutgoingError(_refused(response.status, parts), code=f"status_{response.status}")
    length = response.headers.get("Content-Length", "")
    size = int(length) if length.isdecimal() else None
    if size is not None and size > limit:
        raise _too_large(limit)
    return Answer(False, response.headers.get("ETag", "")[:200], size, _blocks(response, limit, size))


def _refused(status: int, parts: SplitResult) -> str:
    if 300 <= status < 400:
        return _("%(host)s sends on to another address; write that one here.") % {"host": parts.hostname}
    return _("%(host)s answers with %(status)s instead of the file. Check the address.") % {
        "host": parts.hostname,
        "status": status,
    }


def _blocks(response: HTTPResponse, limit: int, size: int | None) -> Iterator[bytes]:
    read, ends_at = 0, time.monotonic() + TOTAL_SECONDS
    while block := _read(response):
        read += len(block)
        if read > limit:
            raise _too_large(limit)
        if time.monotonic() > ends_at:
            raise OutgoingError(_("The file comes too slowly; it was given up."), code="too_slow")
        yield block
    if size is not None and read < size:
        raise _broken_off()


def _read(response: HTTPResponse) -> bytes:
    try:
        return response.read(BLOCK)
    except (OSError, HTTPException) as error:
        raise _broken_off() from error


def _broken_off() -> OutgoingError:
    return OutgoingError(_("The connection broke off in the middle of the file."), code="broken_off")


def _too_large(limit: int) -> OutgoingError:
    return OutgoingError(
        _("The file there is larger than %(size)s MB.") % {"size": limit // 1024**2}, code="too_large"
    )
