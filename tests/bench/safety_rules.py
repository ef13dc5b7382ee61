"""Every safety rule of DESIGN section 3 with breaches of it, and the tests that notice each of them.

`python -m tests.bench.safety_rules [RULE ...]` breaks a copy of the program, one breach after the other, and runs
the tests named for it: they must fail, having passed before. That the table is true of the program as it is, is
checked with every run of the tests.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "kumo_tui"


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a rule: in a file of the package, `old` (there once) becomes `new`. `tests` are to notice it."""

    rule: int
    says: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


BREACHES: tuple[Breach, ...] = (
    Breach(
        1,
        "criteria can be built of nothing",
        "model/selector.py",
        "        if not self.given():\n",
        "        if not self.given() and False:\n",
        ("tests/unit/model/test_selector.py::test_criteria_cannot_be_built_empty",),
    ),
    Breach(
        1,
        "a selector of nothing becomes a request for everything",
        "act/requests.py",
        '    raise ValueError("a request that names no queues and no criteria is one for everything")',
        "    return {}",
        ("tests/unit/act/test_lawful_drafts.py::test_what_narrows_nothing_makes_no_body",),
    ),
    Breach(
        2,
        "exact names go without the guard domain",
        "act/requests.py",
        '{"queue_names": sorted(scope.names), "domain": guard_domain(tag)}',
        '{"queue_names": sorted(scope.names)}',
        ("tests/unit/act/test_requests.py::test_every_body_keeps_the_safety_rules",),
    ),
    Breach(
        2,
        "exact names go to a node that does not list them",
        "act/rules.py",
        "(capability is None or not capability.exact_bounce)",
        "False",
        (
            "tests/unit/act/test_rules.py::"
            "test_exact_queues_go_only_to_nodes_that_list_the_field_and_forbid_unknown_ones",
        ),
    ),
    Breach(
        2,
        "a stop by exact names goes to a node that does not list them",
        "act/clean_rules.py",
        "if not capability.exact_stop or not (stop_only or capability.exact_bounce):",
        "if False:",
        ("tests/unit/act/test_clean_rules.py::test_what_needs_names_is_refused_where_they_are_not_listed",),
    ),
    Breach(
        3,
        "any duration is written",
        "units.py",
        "    if not 0 <= seconds <= LONGEST_S:\n",
        "    if False:\n",
        ("tests/unit/test_units.py::test_a_duration_that_could_end_the_server_is_never_written",),
    ),
    Breach(
        3,
        "a plain bounce of no time is sent, which is a sweep",
        "act/requests.py",
        "    if duration_s < 1:\n",
        "    if False:\n",
        ("tests/unit/act/test_requests.py::test_no_body_is_made_for_a_sweep_or_a_duration_out_of_bounds",),
    ),
    Breach(
        4,
        "no answer is taken for a failure",
        "act/sending.py",
        "ActState.UNKNOWN if error.outcome_unknown else ActState.REJECTED",
        "ActState.REJECTED",
        (
            "tests/unit/act/test_service.py::"
            "test_an_answer_that_says_nothing_is_unknown_and_settled_by_the_tag_and_never_sent_again",
        ),
    ),
    Breach(
        5,
        "a bounce leaves before its intent is written",
        "act/service.py",
        "            await write_intent(self._desk, operation, intents)\n",
        "",
        ("tests/unit/act/test_service.py::test_the_intent_is_written_before_the_first_post",),
    ),
    Breach(
        5,
        "a stop leaves before its intent is written",
        "act/clean_start.py",
        "            await write_intent(self._desk, operation, intents)\n",
        "",
        ("tests/unit/act/test_clean_killed.py",),
    ),
    Breach(
        5,
        "a bounce of many queues leaves while its intent is still being written",
        "node/aside.py",
        "    return await asyncio.to_thread(work, *values, **named) if is_large else work(*values, **named)\n",
        "    if not is_large:\n        return work(*values, **named)\n"
        "    return asyncio.get_running_loop().run_in_executor(None, lambda: work(*values, **named))\n",
        ("tests/unit/act/test_large_intent.py",),
    ),
    Breach(
        6,
        "queues come and go under the typed text",
        "ui/confirmation.py",
        "            return self._swapped(moved, now)\n",
        "            return self\n",
        ("tests/ui/test_confirm.py::test_queues_that_appear_or_go_change_the_text_and_clear_what_was_typed",),
    ),
    Breach(
        6,
        "numbers of any age are confirmed",
        "ui/confirmation.py",
        "        return self.age_s(now) > self.max_age_s\n",
        "        return False\n",
        ("tests/ui/test_confirm.py::test_numbers_that_nobody_renews_can_not_be_confirmed",),
    ),
    Breach(
        6,
        "an old preview is sent",
        "act/confirming.py",
        "    if age > settings.act.max_preview_age_s:\n",
        "    if False:\n",
        ("tests/unit/act/test_service.py::test_an_old_preview_refuses",),
    ),
    Breach(
        7,
        "a text that is nearly right confirms",
        "act/token.py",
        "    return typed == token\n",
        "    return typed.strip().casefold() == token.casefold()\n",
        ("tests/unit/act/test_token.py::test_nothing_but_the_token_confirms",),
    ),
    Breach(
        7,
        "keys that were on their way confirm",
        "ui/screens/confirm.py",
        "        return self._now() - since < GUARD_S\n",
        "        return False\n",
        ("tests/ui/test_confirm.py::test_keys_that_were_on_their_way_when_it_opened_do_nothing",),
    ),
    Breach(
        7,
        "the button that bounces has the focus",
        "ui/screens/confirm.py",
        '    AUTO_FOCUS = "#cancel"\n',
        '    AUTO_FOCUS = "#typed"\n',
        ("tests/ui/test_confirm.py::test_cancel_has_the_focus_and_enter_there_goes_back_without_a_confirmation",),
    ),
    Breach(
        8,
        "as little is typed for much as for little",
        "act/token.py",
        "    if demands.name:\n",
        "    if False:\n",
        ("tests/ui/test_confirm_limits.py::test_above_the_limit_the_target_is_typed_too",),
    ),
    Breach(
        8,
        "nobody has to wait where much is at stake",
        "ui/confirmation.py",
        "        return self.limits.asks_to_wait(self.frozen.preview)\n",
        "        return False\n",
        (
            "tests/ui/test_confirm_limits.py::"
            "test_nothing_is_confirmed_in_the_first_seconds_where_much_is_at_stake",
        ),
    ),
    Breach(
        9,
        "control characters of a name reach the terminal",
        "text.py",
        "    if not is_altered(raw):\n        return raw\n",
        "    return raw\n",
        (
            "tests/unit/test_text.py::test_whatever_comes_in_printable_text_comes_out",
            "tests/ui/test_hostile.py::test_no_screen_paints_a_control_character",
        ),
    ),
    Breach(
        10,
        "a possible EVERYTHING of somebody is like any other directive",
        "ui/directive_rows.py",
        "    if directive.is_criteria_free:\n        return Origin.ALARM\n",
        "",
        (
            "tests/ui/test_alarm_lines.py::test_id_what_it_is_reason_age_time_left_and_key_at_80x24",
            "tests/ui/test_directives_table.py::test_a_foreign_match_all_comes_first_as_an_alarm",
        ),
    ),
    Breach(
        11,
        "what lies beyond the baseline counts as progress",
        "model/ledger.py",
        "from_baseline=sum(min(count, total) for count, total in of_baseline)",
        "from_baseline=sum(bounced.values()) - collateral",
        ("tests/unit/model/test_ledger.py::test_totals_known_at_once_are_told_apart_as_those_of_readings_are",),
    ),
    Breach(
        11,
        "what a reading shows beyond the baseline counts as progress",
        "model/ledger.py",
        "from_baseline += min(total, baseline) - min(before, baseline)",
        "from_baseline += total - before",
        ("tests/unit/model/test_ledger.py::test_progress_has_three_parts",),
    ),
    Breach(
        12,
        "a cancel claims to undo",
        "ui/screens/cancel.py",
        "Mail already taken from its queues still bounces",
        "Mail already taken from its queues comes back",
        ("tests/ui/test_cancel.py::test_it_says_what_a_cancel_does_and_what_it_does_not",),
    ),
    Breach(
        13,
        "an EVERYTHING past its end is taken for over without a look",
        "model/overdue.py",
        "        return Overdue(act.node, now - end, is_listed=False) if is_everything else None\n",
        "        return None\n",
        ("tests/unit/model/test_overdue.py::test_everything_counts_until_its_node_is_read_after_its_end",),
    ),
    Breach(
        13,
        "mail that gathers again is not told",
        "model/gathering.py",
        "if more > 0 and seconds > 0 else None",
        "if False else None",
        ("tests/unit/model/test_gathering.py::test_what_stands_more_than_at_the_end_has_gathered_since",),
    ),
    Breach(
        14,
        "a bounce that takes other mail goes on",
        "act/guardian.py",
        "        if self._desk.settings.act.stop_at_collateral and not self._has_started:\n",
        "        if False:\n",
        (
            "tests/unit/act/test_guardian.py::"
            "test_the_directive_is_cancelled_once_on_the_node_that_takes_other_mail",
        ),
    ),
    Breach(
        14,
        "other queues' mail is counted as meant",
        "model/ledger.py",
        "if count and name not in self.baseline and not self.selector.matches(name)",
        "if False",
        ("tests/unit/model/test_ledger.py::test_totals_known_at_once_are_told_apart_as_those_of_readings_are",),
    ),
    Breach(
        14,
        "other queues' mail of a reading is counted as meant",
        "model/ledger.py",
        "if baseline is None and (name in collateral or not self.selector.matches(name)):",
        "if False:",
        ("tests/unit/model/test_ledger.py::test_what_the_selector_does_not_match_is_collateral_and_no_progress",),
    ),
    Breach(
        15,
        "quitting leaves a stop without a word",
        "ui/leaving.py",
        "    return await _stops_are_settled(app) and await _everything_is_settled(app)\n",
        "    return await _everything_is_settled(app)\n",
        (
            "tests/ui/test_dashboard_stops.py::"
            "test_leaving_asks_where_a_stop_of_ours_stands_and_leaving_it_is_the_default",
        ),
    ),
    Breach(
        15,
        "a stop of somebody else is replaced by ours",
        "act/clean_start.py",
        "            others = OthersStop(twin.id, lists[node.node].at + twin.remaining_s) if twin else None\n",
        "            others = None\n",
        ("tests/unit/act/test_clean_world_stops.py::test_somebody_elses_stop_is_relied_on_and_never_released",),
    ),
    Breach(
        16,
        "a file with a secret may be read by others",
        "private_files.py",
        "    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):\n",
        "    if False:\n",
        (
            "tests/contract/test_client_tls.py::test_a_key_that_others_can_get_at_is_refused_with_the_command_to_type",
        ),
    ),
    Breach(
        16,
        "a login follows a redirect to another origin",
        "node/link.py",
        "            follow_redirects=False,\n",
        "            follow_redirects=True,\n",
        ("tests/contract/test_client_requests.py::test_a_redirect_is_not_followed",),
    ),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one breach: whether it was noticed, and what the tests said."""

    breach: Breach
    is_noticed: bool
    output: str


def source_of(breach: Breach, root: Path = ROOT) -> Path:
    """The file that the breach is in."""
    return root / PACKAGE / breach.file


def broken(text: str, breach: Breach) -> str:
    """The text of that file with the breach in it. Raises ValueError where its place is not there just once."""
    if text.count(breach.old) != 1:
        raise ValueError(f"rule {breach.rule}: {breach.says}: found {text.count(breach.old)} times")
    return text.replace(breach.old, breach.new)


def check(breach: Breach, copy: Path) -> Seen:
    """Break the copy, run the tests named, mend it."""
    path = source_of(breach, copy)
    well = path.read_text("utf-8")
    path.write_text(broken(well, breach), "utf-8")
    try:
        done = run_tests(breach.tests, copy)
    finally:
        path.write_text(well, "utf-8")
    # 1: tests were run and some failed. Anything else is no answer: nothing collected, a wrong name.
    return Seen(breach, done.returncode == 1, done.stdout)


def run_tests(tests: Iterable[str], copy: Path) -> "subprocess.CompletedProcess[str]":
    """Run these tests on the copy, up to the first that fails."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    variables = {**os.environ, "PYTHONPATH": str(copy)}
    return subprocess.run(command, cwd=copy, env=variables, capture_output=True, text=True, check=False)


def main() -> int:
    """Check every breach, or those of the rules given, print a line for each; 1 where one was not noticed."""
    wanted = {int(word) for word in sys.argv[1:]}
    breaches = [breach for breach in BREACHES if not wanted or breach.rule in wanted]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        left_out = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, copy, ignore=left_out)
        before = run_tests(dict.fromkeys(test for breach in breaches for test in breach.tests), copy)
        if before.returncode:
            print(before.stdout[-2000:], "The tests fail without any breach.", sep="\n")
            return 1
        for breach in breaches:
            seen = check(breach, copy)
            failed += not seen.is_noticed
            print(f"rule {breach.rule:>2}  {'noticed' if seen.is_noticed else 'NOT NOTICED':<11}  {breach.says}")
            if not seen.is_noticed:
                print(seen.output[-2000:])
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
