"""Every failure says what happened, and whether an act may have been carried out all the same."""

import pytest

from kumo_tui import errors
from kumo_tui.errors import InputError, KumoTuiError, NodeError


def test_an_error_reads_as_what_happened_and_what_to_do() -> None:
    assert str(KumoTuiError("It broke.", "Mend it.")) == "It broke. Mend it."
    assert str(KumoTuiError("It broke.")) == "It broke."


def test_a_node_error_names_its_node_and_an_input_error_its_field() -> None:
    assert str(errors.NoAnswer("mta1", "no answer in 30 s.", "Wait.")) == "mta1: no answer in 30 s. Wait."
    assert InputError("reason", "missing.").field == "reason"


@pytest.mark.parametrize(
    "kind",
    [
        errors.NoAnswer,
        errors.ConnectionCut,
        errors.ServerFailed,
        errors.NotReady,
        errors.BrokenAnswer,
        errors.NotKumod,
    ],
)
def test_the_outcome_is_unknown_where_the_request_may_have_been_carried_out(kind: type[NodeError]) -> None:
    assert kind("mta1", "x").outcome_unknown


@pytest.mark.parametrize(
    "kind",
    [
        errors.Unreachable,
        errors.TlsUntrusted,
        errors.Unauthorized,
        errors.EndpointMissing,
        errors.NotFound,
        errors.RequestRejected,
        errors.BodyTooLarge,
    ],
)
def test_the_outcome_is_known_where_nothing_was_done(kind: type[NodeError]) -> None:
    assert not kind("mta1", "x").outcome_unknown
