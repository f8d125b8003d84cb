"""Every enforcement point is built the same way, so that whoever knows one knows them all."""

from pathlib import Path

from tests.house.tree import SOURCE, plant

PARTS = ("__init__.py", "settings.py", "wire.py", "mapping.py", "point.py", "sim.py", "README.md")
TOLD = ("cannot stop", "failure mode", "limits")


def misshapen(enforcement: Path) -> list[str]:
    """What is missing in the folders of enforcement points: a part, or something that its README must tell."""
    found = []
    for folder in sorted(path.parent for path in enforcement.glob("*/__init__.py")):
        found += [f"{folder.name}: no {part}" for part in PARTS if not (folder / part).exists()]
        readme = folder / "README.md"
        text = readme.read_text(encoding="utf-8").lower() if readme.exists() else ""
        found += [f"{folder.name}: its README does not tell: {topic}" for topic in TOLD if text and topic not in text]
    return found


def test_every_enforcement_point_has_the_same_parts():
    assert misshapen(SOURCE / "enforcement") == []


def test_there_is_an_enforcement_point_to_look_at():
    assert list((SOURCE / "enforcement").glob("*/__init__.py"))


def test_a_missing_part_and_a_silent_readme_are_found(tmp_path):
    for part in PARTS:
        plant(tmp_path, f"whole/{part}", "What it can and cannot stop. Failure mode: deny. Limits: none.")
        plant(tmp_path, f"silent/{part}", "What it can and cannot stop. Limits: none.")
    for part in PARTS[:-1]:
        plant(tmp_path, f"partial/{part}")
    assert misshapen(tmp_path) == ["partial: no README.md", "silent: its README does not tell: failure mode"]
