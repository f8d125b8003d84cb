"""Every module says in its name what it is about, and every package exists for the import linter."""

from pathlib import Path

from tests.house.tree import SOURCE, files, plant

BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base", "core"}


def attics(folder: Path) -> list[str]:
    """Modules and packages with a name under which anything could be stored."""
    parts = {part for path in files(folder, "*.py") for part in path.relative_to(folder).with_suffix("").parts}
    return sorted(part for part in parts if part.strip("_") in BANNED)


def invisible_packages(folder: Path) -> list[str]:
    """Folders with code below them but without `__init__.py`: the import linter would pass over them in silence."""
    packages = {parent for path in files(folder, "*.py") for parent in path.parents if parent.is_relative_to(folder)}
    return sorted(str(package) for package in packages if not (package / "__init__.py").exists())


def untold_packages(folder: Path) -> list[str]:
    """Top packages whose README does not open with their own name and then say something."""
    tops = {path.relative_to(folder).parts[0] for path in files(folder, "*.py") if path.parent != folder}
    return sorted(top for top in tops if not _tells(folder / top / "README.md", top))


def _tells(readme: Path, name: str) -> bool:
    if not readme.exists():
        return False
    heading, _, text = readme.read_text(encoding="utf-8").partition("\n")
    return heading.strip().lower() == f"# {name}" and text.count(".") > 0


def test_no_module_is_an_attic():
    assert attics(SOURCE) == []


def test_every_package_is_visible_to_the_import_linter():
    assert invisible_packages(SOURCE) == []


def test_every_top_package_has_a_readme():
    assert untold_packages(SOURCE) == []


def test_banned_names_are_found_as_module_and_as_package(tmp_path):
    plant(tmp_path, "domain/utils.py")
    plant(tmp_path, "_core/actors.py")
    plant(tmp_path, "domain/core_values.py")
    assert attics(tmp_path) == ["_core", "utils"]


def test_a_package_without_init_is_found_even_when_only_its_child_has_code(tmp_path):
    plant(tmp_path, "__init__.py")
    plant(tmp_path, "bridges/scim/__init__.py")
    assert invisible_packages(tmp_path) == [str(tmp_path / "bridges")]


def test_a_missing_and_an_empty_readme_are_found(tmp_path):
    for top in ("buses", "flows", "keys"):
        plant(tmp_path, f"{top}/__init__.py")
    plant(tmp_path, "buses/README.md", "# buses\n")
    plant(tmp_path, "keys/README.md", "# keys\n\nWhere keys are kept.\n")
    assert untold_packages(tmp_path) == ["buses", "flows"]
