"""Who may do what on the admin API: trusted hosts, logins, and the refusals' texts (KUMOMTA.md 6)."""

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

from kumo_tui.sim.versions import Version
from kumo_tui.sim.web.replies import Call, Reply, text_reply

Role = Literal["nobody", "viewer", "admin"]
_METHODS: dict[Role, frozenset[str]] = {
    "nobody": frozenset(),
    "viewer": frozenset({"GET"}),
    "admin": frozenset({"GET", "POST", "DELETE"}),
}
_OPEN = ("/api/check-liveness/v1", "/api-docs/openapi.json", "/rapidoc")


@dataclass(frozen=True)
class User:
    """A login for HTTP Basic (``password``) or Bearer (``token``)."""

    name: str
    role: Role
    password: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Access:
    """What one listener accepts. With ``trust_hosts`` every peer counts as trusted.

    ``denied`` are rules that forbid a method on a path to everybody, as ``POST /api/admin/bounce/v1``.
    """

    trust_hosts: bool = True
    users: tuple[User, ...] = ()
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Login:
    scheme: str
    name: str
    secret: str


def refuse(access: Access, version: Version, call: Call) -> Reply | None:
    """Return the refusal of a call to a known path, or ``None`` where it may go on."""
    if version.access_lists:
        return _refuse_by_list(access, call)
    return _refuse_before_lists(access, version, call)


def _refuse_by_list(access: Access, call: Call) -> Reply | None:
    role: Role = "admin" if access.trust_hosts else "nobody"
    who = f"<Unauthenticated>@ ip={call.peer}"
    header = call.headers.get("authorization")
    if header is not None:
        login = _login(header)
        if isinstance(login, Reply):
            return login
        user = _verify(access, login)
        if user is None:
            kind = "HttpBasicAuth" if login.scheme == "Basic" else "BearerToken"
            return text_reply(f"{kind} Authentication Failed for {login.name}", 401)
        who = f"id=[{user.name}]@ ip={call.peer}"
        role = "admin" if access.trust_hosts else user.role
    if f"{call.method} {call.path}" in access.denied:
        return text_reply(f"{who} denied {call.method} on http_listener/{call.listener}{call.path}", 401)
    if call.path in _OPEN or call.method in _METHODS[role]:
        return None
    return text_reply(f"{who} not permitted {call.method} on http_listener/{call.listener}{call.path}", 401)


def _refuse_before_lists(access: Access, version: Version, call: Call) -> Reply | None:
    if call.path in _OPEN:
        return None
    header = call.headers.get("authorization")
    if header is not None:
        login = _login(header)
        known = not isinstance(login, Reply) and _verify(access, login)
        return text_reply("Trusted IP required" if known else "Invalid Authorization", 401)
    if access.trust_hosts:
        return None
    if version.default_trust_text:
        reason = f"{call.peer} is not a trusted host, and no Authorization header is present"
    else:
        reason = "Missing Authorization header"
    return text_reply(reason, 401)


def _login(header: str) -> _Login | Reply:
    scheme, _, rest = header.partition(" ")
    if scheme == "Bearer" and rest:
        return _Login(scheme, "", rest)
    if scheme != "Basic" or not rest:
        return text_reply("Malformed or unsupported Authorization header", 400)
    try:
        name, colon, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return text_reply("Malformed Authorization header", 400)
    if not colon:
        return text_reply("Malformed Authorization header", 400)
    return _Login(scheme, name, secret)


def _verify(access: Access, login: _Login) -> User | None:
    for user in access.users:
        basic = login.scheme == "Basic" and user.password is not None
        if basic and (user.name, user.password) == (login.name, login.secret):
            return user
        if login.scheme == "Bearer" and user.token == login.secret:
            return user
    return None
