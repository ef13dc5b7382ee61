"""The requests of a reported operation as curl commands: a record of what left, without credentials."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

from kumo_tui.journal.lookup import Account, SweepSpan
from kumo_tui.journal.markdown import code, escaped
from kumo_tui.journal.records import Request, RequestState, Sweeps
from kumo_tui.text import plural
from kumo_tui.units import count_text
from kumo_tui.urls import seen_there, typed_there

BODY_SHOWN = 4000

CREDENTIALS = "-H 'Authorization: <credentials>'"

_USERINFO = re.compile(r"(?<=//)[^/?#]*@")

_ANSWERS = {
    RequestState.INTENT: "written down; whether it left is not known",
    RequestState.ACCEPTED: "accepted",
    RequestState.REJECTED: "rejected",
    RequestState.UNKNOWN: "no answer that tells what came of it",
    RequestState.GONE: "nothing was there any more",
}


def request_lines(account: Account, *, everything: bool) -> Iterator[str]:
    """Every request, by node and in the order of writing; sweeps are summed up, with one of them as an example."""
    for act in account.recorded.operation.acts:
        yield from ("", f"### {escaped(act.node)}", "")
        for request in account.recorded.requests:
            if request.node == act.node:
                yield from _request(request, everything=everything)
        span = account.spans.get(act.node)
        if span is not None:
            yield from _sweeps(account.recorded.sweeps(act.node), span, everything=everything)


def moment(at: datetime) -> str:
    """`2026-11-21 12:00:01 UTC`: reports are read in other places than they are written."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def curl(request: Request, *, everything: bool) -> str:
    """The command that sends the same request, for a node behind ssh on that machine; without any credentials."""
    url = _USERINFO.sub("", seen_there(request.url))
    words = f"curl -sS -X {shlex.quote(request.method)} {shlex.quote(url)}"
    if request.body:
        words += f" -H 'Content-Type: application/json' --data-binary {_body(request.body, everything)}"
    return typed_there(request.url, words)


def _body(body: str, everything: bool) -> str:
    if everything or len(body) <= BODY_SHOWN:
        return shlex.quote(body)
    return f"{shlex.quote(body[:BODY_SHOWN])}… # cut: {count_text(len(body))} characters in all, --all shows them"


def _request(request: Request, *, everything: bool) -> Iterator[str]:
    if not request.was_written:
        yield from (
            "No stop of ours left: somebody else's with the same criteria stood there and was relied on.",
            "",
        )
        return
    yield f"{request.step.value.capitalize()}, {_story(request)}:"
    yield from ("", *code(curl(request, everything=everything)), "")


def _story(request: Request) -> str:
    """When it was written down, and what came of it."""
    answers = [f"{_ANSWERS[change.state]} {moment(change.at)}" for change in request.changes]
    written = f"written down {moment(request.changes[0].at)}" if request.changes else "written down"
    later = answers[1:] if request.changes[:1] and request.changes[0].state is RequestState.INTENT else answers
    words = [written, *(later or [_ANSWERS[request.state]])]
    if request.id:
        words.append(f"id {escaped(request.id)}")
    if request.replaces:
        words.append(f"in the place of {escaped(request.replaces)}")
    if request.error:
        words.append(escaped(request.error))
    return ", ".join(words)


def _sweeps(sweeps: Sweeps, span: SweepSpan, *, everything: bool) -> Iterator[str]:
    counts = ", ".join(f"{count_text(count)} {state.value}" for state, count in sorted(sweeps.states.items()))
    number = sum(sweeps.states.values())
    when = f"the first {moment(span.first_at)}, the last {moment(span.last_at)}"
    yield f"{plural(number, 'sweep')} ({counts}), {when}."
    if span.example is not None:
        yield "One of them:"
        yield from ("", *code(curl(span.example, everything=everything)))
    yield ""
