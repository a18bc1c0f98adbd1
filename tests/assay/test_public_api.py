"""What assay promises as a whole: its names, its examples, and what it does not touch."""

import ast
import doctest
import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import assay

ROOT = Path(assay.__file__).parent
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(assay.__path__, "assay.")
    if not module.name.endswith("__main__")
)
ALLOWED = {"assay", "numpy", "scipy", *sys.stdlib_module_names}
# The EM kernel has a fallback without numba; label files are read in columns.
ALSO = {"_kernel": {"numba"}, "files": {"pyarrow"}, "_columns": {"pyarrow"}}
FORBIDDEN_CALLS = {"open", "print", "input"}


@pytest.mark.slow
def test_all_names_exactly_what_a_fresh_import_shows():
    program = "import assay, json; print(json.dumps([dir(assay), sorted(assay.__all__)]))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    names, promised = json.loads(ran.stdout)
    assert [name for name in names if not name.startswith("_")] == promised


@pytest.mark.slow
def test_importing_assay_brings_in_no_framework():
    program = "import assay, sys; print('django' in sys.modules, 'touchstone' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.split() == [b"False", b"False"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.stem)
def test_module_is_pure(path):
    """Only numpy and scipy, no clock, no hidden randomness, no files but in the command line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "every module says what lives in it"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = [alias.name for alias in node.names]
            modules = named if isinstance(node, ast.Import) else [node.module or ""]
            known = ALLOWED | ALSO.get(path.stem, set())
            assert {module.split(".")[0] for module in modules} <= known
            assert not {"time", "datetime", "random"} & {m.split(".")[0] for m in modules}
        if isinstance(node, ast.Call) and not _touches_files(path):
            text = ast.unparse(node.func)
            assert text not in FORBIDDEN_CALLS
            assert not text.startswith("np.random.") or text == "np.random.Generator"


def _touches_files(path):
    return path.stem == "files" or path.parent.name == "cli"


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_are_documented(name):
    module = importlib.import_module(name)
    for shown, held in vars(module).items():
        if not shown.startswith("_") and getattr(held, "__module__", None) == name:
            assert not callable(held) or held.__doc__, f"{name}.{shown} has no docstring"
