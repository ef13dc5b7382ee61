"""The typed confirmation changes with the target, and only itself confirms."""

import pytest

from kumo_tui.act.limits import limits_of
from kumo_tui.act.preview import take_preview
from kumo_tui.act.token import confirm_token, is_confirmed, target_name
from kumo_tui.config import ActSettings, Settings
from kumo_tui.model.selector import Criteria, Everything, Selector
from kumo_tui.model.snapshot import Snapshot
from tests.unit.act.worlds import node, snapshot

PROMO = Criteria(campaign="promo")


def token(shot: Snapshot, selector: Selector = PROMO, name_above: int = 10_000) -> str:
    settings = Settings(act=ActSettings(name_above=name_above))
    return confirm_token(take_preview(shot, selector), shot, limits_of(settings, shot.profile))


def test_the_token_is_the_number_of_messages() -> None:
    assert token(snapshot()) == "90"


def test_production_asks_for_the_target_too() -> None:
    assert token(snapshot(production=True)) == "prod 90"


def test_everything_asks_for_that_word_and_the_target() -> None:
    assert token(snapshot(), Everything()) == "EVERYTHING prod 150"
    assert token(snapshot(production=True), Everything()) == "EVERYTHING prod 150"


def test_more_messages_than_the_limit_ask_for_the_target_too() -> None:
    assert token(snapshot(), name_above=90) == "90"
    assert token(snapshot(), name_above=89) == "prod 90"
    assert token(snapshot(profile=""), name_above=89) == "mta1 90"


def test_mail_in_ready_queues_does_not_count_for_the_limit() -> None:
    assert token(snapshot(node(ready={"a->b@smtp_client": 5_000})), name_above=90) == "90"


def test_without_a_profile_the_target_is_the_node_or_how_many_there_are() -> None:
    assert target_name(snapshot(profile="")) == "mta1"
    assert target_name(snapshot(node(), node("mta2"), profile="")) == "2 nodes"
    assert token(snapshot(profile=""), Everything()) == "EVERYTHING mta1 150"


def test_thousands_are_written_without_separators() -> None:
    assert token(snapshot(node(counts={"promo:a@b": 183220}))) == "prod 183220"


@pytest.mark.parametrize(
    "typed",
    ["", " ", "prod", "90", "prod 90 ", " prod 90", "Prod 90", "prod  90", "prod 9", "prod 90\n", "prod 900"],
)
def test_nothing_but_the_token_confirms(typed: str) -> None:
    assert not is_confirmed(typed, "prod 90")


@pytest.mark.parametrize(
    "typed",
    ["prod 183,220", "prod 183.220", "prod 183 220", "prod 183_220", "PROD 183220", "prod 183219", "183220 prod"],
)
def test_grouped_digits_another_case_and_the_number_of_an_older_preview_do_not_confirm(typed: str) -> None:
    older = token(snapshot(node(counts={"promo:a@b": 183219}), production=True))
    newer = token(snapshot(node(counts={"promo:a@b": 183220}), production=True))
    assert not is_confirmed(older, newer)
    assert not is_confirmed(typed, newer)


def test_the_token_confirms() -> None:
    assert is_confirmed("prod 90", token(snapshot(production=True)))
