"""The house: who may import whom, and how large its rooms may grow."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("agent", "tools", "prompts", "transcripts")
MAY_IMPORT = {
    "agent": {"agent", "tools", "prompts", "transcripts"},
    "tools": {"tools", "prompts", "transcripts"},
    "prompts": {"prompts"},
    "transcripts": {"transcripts"},
}


def imported(path: Path) -> set[str]:
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def imported_rooms(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)} & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert imported_rooms(path) <= MAY_IMPORT[room], path


def test_only_the_command_line_knows_the_commands() -> None:
    for path in (ROOT / "agent").rglob("*.py"):
        if path.parent.name != "commands":  # the command line imports them by name, when it knows which
            assert not [name for name in imported(path) if name.startswith("agent.commands")], path


def test_no_function_and_no_module_is_out_of_proportion() -> None:
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 260, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                assert node.end_lineno - node.lineno < 60, f"{path}: {node.name}"
