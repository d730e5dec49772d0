"""The house rules: imports one way, a lean core, small modules, no broad except."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("ocr", "pipeline", "webui")
#: What each package may import of the three.
MAY_IMPORT = {"ocr": {"ocr"}, "pipeline": {"ocr", "pipeline"}, "webui": set(PACKAGES)}
#: The reading core needs these and nothing else.
CORE_NEEDS = {"numpy", "cv2", "onnxruntime", "pydantic"}
#: Prints readings for people; nothing of the core imports it.
CORE_EDGE = {"pipeline.reading.table": {"rich"}}
#: Far above what is aimed at, so that nobody has to look for a place in a thousand lines.
MOST_LINES = 400

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
ALL_PYTHON = [
    *SOURCES,
    *sorted((ROOT / "tests").glob("*.py")),
    *sorted((ROOT / "bench").glob("*.py")),
]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Full names of all modules that a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def top(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def is_core(name: str) -> bool:
    parts = name.split(".")
    if parts[0] == "ocr":
        return parts[1:2] != ["training"]
    return name.startswith("pipeline.reading") or name in (
        "pipeline.forms.model", "pipeline.forms.rules", "pipeline.forms.load",
        "pipeline.forms.landmarks", "pipeline.geometry", "pipeline.errors",
    )  # fmt: skip


CORE = {module_name(path): path for path in SOURCES if is_core(module_name(path))}


def test_imports_run_one_way():
    wrong = {
        module_name(path): top(imports(path)) & set(PACKAGES) - MAY_IMPORT[package]
        for path in SOURCES
        for package in [module_name(path).partition(".")[0]]
    }
    assert {name: found for name, found in wrong.items() if found} == {}


def test_nothing_but_training_imports_training():
    for path in SOURCES:
        if not module_name(path).startswith("ocr.training"):
            found = imports(path)
            assert not [name for name in found if name.startswith("ocr.training")], path
            assert not top(found) & {"torch", "onnx", "onnxscript"}, path


def test_the_core_needs_four_packages_and_its_own():
    modules = {module_name(path) for path in SOURCES}
    for name, path in CORE.items():
        found = imports(path)
        allowed = CORE_NEEDS | CORE_EDGE.get(name, set()) | sys.stdlib_module_names | set(PACKAGES)
        assert top(found) <= allowed, name
        # ``from package import name`` lists both; only what is a module counts.
        beyond = {n for n in found & modules if not is_core(n)} - {"pipeline", "pipeline.forms"}
        assert not beyond, f"{name} imports {beyond}"
        assert not found & set(CORE_EDGE), name


def test_the_core_runs_where_nothing_else_is_installed():
    """Imported for real, with every other package hidden."""
    program = f"""
import sys, importlib.metadata as m
needed = {sorted(CORE_NEEDS)} + ["pydantic_core", "typing_extensions", "annotated_types",
    "typing_inspection", "google", "flatbuffers", "packaging", "coloredlogs"]
class Hide:
    def find_spec(self, name, path=None, target=None):
        first = name.partition(".")[0]
        own = first in {PACKAGES} or first in sys.stdlib_module_names or first in needed
        if not own and not first.startswith("_"):
            raise ModuleNotFoundError(first)
sys.meta_path.insert(0, Hide())
import pipeline.reading.read, pipeline.reading.report, pipeline.reading.debug
import pipeline.reading.together, pipeline.forms.load
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)


def test_help_is_shown_without_loading_what_reads():
    """The command starts fast because help imports none of the heavy packages."""
    program = (
        "import sys; import pipeline.cli; "
        "print(*{'cv2', 'numpy', 'onnxruntime', 'pydantic', 'sqlalchemy', 'flask', 'rich'}"
        " & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60, capture_output=True
    )
    assert done.stdout.split() == []


def test_modules_stay_small():
    lines = {str(p.relative_to(ROOT)): p.read_text("utf-8").count("\n") for p in ALL_PYTHON}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_nothing_is_caught_broadly():
    for path in ALL_PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{path}:{node.lineno}"
                caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
                assert not caught & {"Exception", "BaseException"}, f"{path}:{node.lineno}"


def test_the_core_opens_no_window_and_prints_nothing():
    forbidden = ("print", "input", "cv2.imshow", "cv2.waitKey", "cv2.namedWindow")
    for name, path in CORE.items():
        if name in CORE_EDGE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in forbidden, f"{path}:{node.lineno}"
