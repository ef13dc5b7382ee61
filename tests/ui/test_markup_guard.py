"""No widget may take text from data as markup: a queue name would crash the app or become an action."""

import ast
from pathlib import Path

UI = Path(__file__).parents[2] / "kumo_tui" / "ui"
TAKES_MARKUP = {"Static", "Label", "Button", "Checkbox", "RadioButton", "Link", "Collapsible", "notify", "Dialog"}
NEVER = {"from_markup", "from_text", "render_markup", "to_content"}
TITLES = {"border_title", "border_subtitle", "tooltip"}
SAFE_MAKERS = {"Content"}
# Dialog hands its title on as it is; that is why every Dialog must be given a constant.
EXEMPT = {"widgets/form.py: border_title"}


def violations(source: str) -> list[str]:
    """Lines of a module where text that is not a constant could be read as markup."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in NEVER:
            found.append(f"{node.lineno}: {_name(node.func)}")
        elif isinstance(node, ast.Call) and _name(node.func) in TAKES_MARKUP:
            if node.args and not _is_safe(node.args[0]) and not _turns_markup_off(node):
                found.append(f"{node.lineno}: {_name(node.func)}")
        elif isinstance(node, ast.Assign) and not _is_safe(node.value):
            titles = [target for target in node.targets if isinstance(target, ast.Attribute)]
            found += [f"{node.lineno}: {title.attr}" for title in titles if title.attr in TITLES]
    return found


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_safe(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return _name(node.func) in SAFE_MAKERS
    return isinstance(node, ast.Constant)


def _turns_markup_off(node: ast.Call) -> bool:
    return any(
        word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in node.keywords
    )


def test_no_widget_takes_data_as_markup() -> None:
    found = [
        f"{path.relative_to(UI)}:{line}"
        for path in sorted(UI.rglob("*.py"))
        for line in violations(path.read_text("utf-8"))
        if f"{path.relative_to(UI)}: {line.split(': ')[1]}" not in EXEMPT
    ]
    assert found == []


def test_the_guard_sees_each_way_in() -> None:
    assert violations("Static(name)") == ["1: Static"]
    assert violations("Label(f'{name} is bounced')") == ["1: Label"]
    assert violations("app.notify(text)") == ["1: notify"]
    assert violations("Dialog(name)") == ["1: Dialog"]
    assert violations("dialog.border_title = name") == ["1: border_title"]
    assert violations("Content.from_markup(name)") == ["1: from_markup"]


def test_the_guard_lets_plain_text_pass() -> None:
    assert violations("Static('waiting')\nStatic(name, markup=False)\nLabel(Content(name))") == []
