"""Plain and clean bounces accounted for message by message, by the delivery log of the simulator."""

from dataclasses import replace

import pytest

from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import load_scenario
from kumo_tui.sim.scenario import Scenario
from kumo_tui.sim.versions import Version
from tests.bench.account import Account, Case, How, take_account
from tests.bench.accounts import CASES, as_markdown, as_text

WITHOUT_DEFECTS = "2025.03.19-b0d6a1c5"
WITHOUT_EXACT_NAMES = "2025.10.06-5ec871ab"
UNKNOWN = "UNKNOWN-4f9b239"
BY_NAME = {str(case.scenario): case for case in CASES}
SHORT_S = 20
TWO_TENANTS, CAMPAIGN = BY_NAME["two-tenants"], BY_NAME["campaign-500"]
BEHIND = BY_NAME["behind-other-mail"]


def _on(case: Case, version: str) -> Case:
    """The case on nodes of another version."""
    scenario = load_scenario(str(case.scenario))
    plans = tuple(replace(plan, engine=replace(plan.engine, version=Version(version))) for plan in scenario.nodes)
    return replace(case, scenario=Scenario(scenario.name, plans))


def _short(case: Case) -> Case:
    """The case with a time that is over long before the return is."""
    return replace(case, draft=replace(case.draft, duration=f"{SHORT_S}s"), seconds=SHORT_S)


def _check_clean(account: Account) -> None:
    """Nothing that is meant goes out, nothing of others is touched, and all of it is said truly."""
    assert account.leaked == account.left == 0
    assert account.others_bounced == account.others_delayed == 0
    assert account.meant == account.bounced + account.before + account.in_flight
    assert account.bounced > 0
    assert account.in_flight <= account.hands
    assert 0.95 * account.real <= account.counted <= account.real
    assert account.verdict is Verdict.DONE
    assert account.note.startswith("sure: ")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("case", CASES, ids=BY_NAME)
async def test_a_clean_bounce_takes_all_that_is_meant_and_nothing_else(case: Case, seed: int) -> None:
    _check_clean(await take_account(_short(case), How.CLEAN, seed))


@pytest.mark.parametrize("version", [WITHOUT_EXACT_NAMES, UNKNOWN, WITHOUT_DEFECTS])
async def test_a_clean_bounce_is_as_exact_on_other_versions(version: str) -> None:
    _check_clean(await take_account(_on(TWO_TENANTS, version), How.CLEAN, 3))


async def test_a_clean_bounce_without_exact_names_is_as_exact_over_many_queues() -> None:
    _check_clean(await take_account(_on(_short(CAMPAIGN), WITHOUT_EXACT_NAMES), How.CLEAN, 3))


async def test_a_plain_bounce_lets_out_what_stands_behind_other_mail() -> None:
    account = await take_account(BEHIND, How.PLAIN)
    assert (account.bounced, account.leaked) == (0, account.meant)


@pytest.mark.parametrize("scenario", ["two-tenants", "two-sources", "shared-backlog", "campaign-500"])
async def test_a_plain_bounce_takes_mail_of_others_or_misses_some_of_ours(scenario: str) -> None:
    account = await take_account(BY_NAME[scenario], How.PLAIN)
    assert account.others_bounced + account.leaked > 50


@pytest.mark.parametrize("version", [WITHOUT_EXACT_NAMES, UNKNOWN])
async def test_a_plain_bounce_is_no_better_where_names_or_version_are_not_known(version: str) -> None:
    account = await take_account(_on(BEHIND, version), How.PLAIN)
    assert account.leaked == account.meant


@pytest.mark.parametrize("scenario", ["two-tenants", "behind-other-mail", "two-sources"])
async def test_a_plain_bounce_is_exact_on_a_version_without_the_defects(scenario: str) -> None:
    account = await take_account(_on(BY_NAME[scenario], WITHOUT_DEFECTS), How.PLAIN)
    assert account.leaked == account.left == 0
    assert account.others_bounced == account.others_delayed == 0
    assert account.meant == account.bounced + account.before + account.in_flight
    assert account.bounced > 0


async def test_the_tables_show_what_was_counted_and_fit_a_terminal() -> None:
    account = await take_account(BEHIND, How.CLEAN)
    table = [(case.title, how, account) for case in CASES for how in How]
    *_, last = as_text(table)
    assert last.split() == ["clean", "300", "300", "0", "0", "0", "0", "0", "61", "300/300"]
    assert max(map(len, as_text(table))) <= 110
    *_, last = as_markdown(table)
    assert last.split("|")[3:] == [f" {cell} " for cell in ("300", "300", *"00000", "61", "300/300")] + [""]
