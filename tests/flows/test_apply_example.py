"""The manifest that the documentation shows, from text to state and back."""

from nameplate.bridges.manifest_yaml import read, write
from nameplate.domain.actors import State
from nameplate.domain.registry import Registry, fold
from nameplate.flows.apply import diff, export, plan

CLINIC = """\
kind: Site
id: clinic
timezone: Europe/Berlin
---
kind: Team
id: pharmacy-ops
name: Pharmacy operations
escalation: ["mailto:pharmacy-ops@clinic.example"]
---
kind: Zone
id: corridor-north
public: true
---
kind: Zone
id: pharmacy
---
kind: Door
id: L1-pharmacy-entrance
joins: [corridor-north, pharmacy]
readers: [{id: r1, side: corridor-north}, {id: r2, side: pharmacy}]
---
kind: Actor
id: amr-17
type: robot
unit: {manufacturer: Acme, model: T3, serial: T3-00417}
owner: pharmacy-ops
sponsor: pharmacy-lead@clinic.example
purpose: Carries medication from the central pharmacy to the wards
environment: production
tier: high
state: active
contract: pharmacy-runner
review_every: 90d
retire_by: 2027-06-30
---
kind: Contract
id: pharmacy-runner
grants:
  - actions: [enter]
    resources: ["zone:pharmacy", "zone:ward-*"]
    during: {days: [mon, tue, wed, thu, fri], from: "06:00", to: "22:00", timezone: Europe/Berlin}
    networks: ["10.20.0.0/16"]
    environments: [fleet-lan]
    task: required
    payloads: [medication, none]
    presence: reader
    near: 4m
    rate: 120/h
    approval: none
  - actions: [set_speed]
    resources: ["node:agv-line/ns=2;s=Speed"]
    where: {action.value: {min: 0, max: 60}}
    unless: {resource.status: [maintenance]}
---
kind: Point
id: door-controller-1
type: osdp
mode: {default: enforce, observe: [{resources: ["door:L2-*"], until: 2027-01-31}]}
---
kind: Sink
id: siem
format: ocsf
to: syslog+tcp://siem.clinic.example:6514
"""


def known(name: str) -> bool:
    return name in ("UTC", "Europe/Berlin")


def clinic() -> Registry:
    registry = Registry()
    changes = plan(registry, read(CLINIC, "clinic.yaml"), is_timezone=known).changes
    fold(registry, {"seq": 1, "at": "2026-01-01T00:00:00.000000Z", "kind": "declared", "changes": changes})
    return registry


def test_it_applies_cleanly():
    made = plan(Registry(), read(CLINIC, "clinic.yaml"), is_timezone=known)
    assert (len(made.changes), made.warnings) == (9, ())


def test_it_makes_an_active_robot_under_the_first_revision_of_its_contract():
    registry = clinic()
    assert registry.standings["amr-17"].state is State.ACTIVE
    assert registry.contracts["pharmacy-runner"].name == "pharmacy-runner@1"
    assert registry.doors["L1-pharmacy-entrance"].beyond("corridor-north") == "pharmacy"


def test_its_export_as_text_changes_nothing_when_it_is_applied():
    registry = clinic()
    again = plan(registry, read(write(export(registry))), is_timezone=known)
    assert again.changes == ()
    assert {each["op"] for each in diff(registry, again)} == {"unchanged"}
