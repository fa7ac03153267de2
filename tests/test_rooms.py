"""The house rules that no single test can see: import directions, light rooms, small files and functions."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "hgt_studio"
SOURCES = sorted(PACKAGE.rglob("*.py"))
ENGINE_ROOMS = [path.parent.name for path in sorted(PACKAGE.glob("*/__init__.py")) if path.parent.name != "app"]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40


def _run_fresh(code: str) -> str:
    result = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def _statement_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines below the signature and the docstring, which may be as long as they are good."""
    documented = ast.get_docstring(function, clean=False) is not None
    above = (function.body[0].end_lineno if documented else function.body[0].lineno - 1) or 0
    return (function.body[-1].end_lineno or 0) - above


def test_imports_go_one_way() -> None:
    importlinter = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    result = subprocess.run([sys.executable, "-c", importlinter], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("module", ["hgt_studio", "hgt_studio.errors", "hgt_studio.typing", "hgt_studio.config"])
def test_the_ground_floor_is_light(module: str) -> None:
    heavy = "{'torch', 'numpy', 'pandas', 'pyarrow', 'numba', 'scipy', 'torch_geometric'}"
    assert _run_fresh(f"import sys, {module}; print({heavy} & set(sys.modules))") == "set()\n"


def test_the_engine_lives_without_qt() -> None:
    imports = ", ".join(f"hgt_studio.{room}" for room in ENGINE_ROOMS)
    block = "import sys; sys.modules.update(dict.fromkeys(['PySide6', 'pyqtgraph', 'qasync']))"
    _run_fresh(f"{block}; import hgt_studio.__main__, {imports}")


def test_no_file_is_long() -> None:
    tests = (ROOT / "tests").rglob("*.py")
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in [*SOURCES, *tests]
    }
    assert {name: count for name, count in lines.items() if count > MAX_FILE_LINES} == {}


def test_no_function_is_long() -> None:
    lengths = {name: _statement_lines(node) for name, node in _functions()}
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


def test_every_module_says_what_it_is() -> None:
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in SOURCES}
    assert [name for name, text in texts.items() if text and not ast.get_docstring(ast.parse(text))] == []


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "common", "misc"}
    assert [path for path in SOURCES if drawers & {path.stem, *path.relative_to(PACKAGE).parts}] == []
