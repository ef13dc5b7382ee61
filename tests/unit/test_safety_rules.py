"""The table of safety rules is complete and true: every rule has a breach, its place, and tests that are there."""

import ast
from pathlib import Path

import pytest

from tests.bench.safety_rules import BREACHES, ROOT, Breach, broken, source_of

RULES = range(1, 17)


def names_in(path: Path) -> set[str]:
    """The tests of a file."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


def is_there(test: str) -> bool:
    """Whether a test, or a file of tests, is where the table says."""
    file, _, name = test.partition("::")
    path = ROOT / file
    return path.is_file() and (name in names_in(path) if name else bool(names_in(path)))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_breach_that_tests_notice(rule: int) -> None:
    assert [breach.tests for breach in BREACHES if breach.rule == rule and breach.tests]


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.rule}: {breach.says}")
def test_every_breach_has_its_place_in_the_program_and_its_tests_are_there(breach: Breach) -> None:
    assert breach.rule in RULES
    text = source_of(breach).read_text("utf-8")
    assert broken(text, breach) != text
    ast.parse(broken(text, breach))
    assert [test for test in breach.tests if not is_there(test)] == []


def test_a_name_that_is_nowhere_is_found() -> None:
    assert not is_there("tests/unit/test_safety_rules.py::test_that_nobody_wrote")
    assert not is_there("tests/unit/test_nothing.py")
