from dataclasses import replace
from ipaddress import ip_network

from nameplate.boot.timezones import transitions
from nameplate.domain.contracts import Contract, Grant, Rate, Window
from nameplate.domain.contracts import Test as Line
from nameplate.domain.index.calendars import Timetable
from nameplate.domain.index.rows import CompiledContract, Compiler
from nameplate.domain.sightings import Sightings
from nameplate.domain.windows import LocalTime

WORKDAYS = (Window((0, 1, 2, 3, 4), 360, 1320, "Europe/Berlin"),)
READ = Grant(("read",), ("app:x",))


def compiler() -> Compiler:
    return Compiler(lambda name: LocalTime(transitions(name)), lambda _: Timetable(), Sightings())


def compiled(*grants: Grant, by: Compiler | None = None) -> CompiledContract:
    contract = CompiledContract()
    contract.replace(Contract("k", grants, revision=1), by or compiler())
    return contract


def positions(contract: CompiledContract, resource: str) -> list[int]:
    return [row.position for row in contract.rows(resource)]


def test_exact_names_and_prefixes_come_in_contract_order_and_each_grant_once() -> None:
    prefix, other = replace(READ, resources=("app:*", "app:x", "app:x")), replace(READ, resources=("app:x*",))
    contract = compiled(prefix, READ, other)
    assert positions(contract, "app:x") == [0, 1, 2]
    assert positions(contract, "app:xy") == [0, 2]
    assert positions(contract, "app:y") == [0]
    assert positions(contract, "api:x") == []


def test_a_prefix_row_names_the_resource_that_was_asked_for() -> None:
    contract = compiled(replace(READ, resources=("app:*",)))
    assert [row.target for row in contract.rows("app:anything")] == ["app:anything"]


def test_a_name_without_an_asterisk_is_no_prefix() -> None:
    contract = compiled(READ)
    assert positions(contract, "app:xy") == []
    assert positions(contract, "app:") == []


def test_what_was_found_by_prefix_is_remembered_within_bounds() -> None:
    contract = compiled(replace(READ, resources=("app:*",)))
    first = contract.rows("app:1")
    assert contract.rows("app:1") is first
    for number in range(1000):
        contract.rows(f"app:{number}")
        contract.rows(f"host:{number}")
    assert len(contract._resolved or {}) <= 256  # noqa: SLF001 - what must stay bounded has no public face
    assert not any(name.startswith("host:") for name in contract._resolved or {})  # noqa: SLF001


def test_equal_conditions_are_one_object_across_contracts() -> None:
    shared = compiler()
    grant = replace(READ, during=WORKDAYS, networks=(ip_network("10.0.0.0/8"),), payloads=("none",))
    one, two = compiled(grant, by=shared), compiled(replace(grant, resources=("app:y",)), by=shared)
    assert one.rows("app:x")[0].conditions is two.rows("app:y")[0].conditions


def test_different_conditions_are_not() -> None:
    shared = compiler()
    one, two = (compiled(replace(READ, during=WORKDAYS, near_m=near), by=shared) for near in (1.0, 2.0))
    assert one.rows("app:x")[0].conditions != two.rows("app:x")[0].conditions
    assert one.rows("app:x")[0].conditions[0] is two.rows("app:x")[0].conditions[0]


def test_lines_of_where_are_never_shared_by_equality() -> None:
    shared = compiler()
    grants = [replace(READ, where=(Line(("context", "v"), (value,)),)) for value in (True, 1)]
    assert grants[0] == grants[1]
    rares = [compiled(grant, by=shared).rows("app:x")[0].rare for grant in grants]
    assert [type(rare.where[0].values[0]) for rare in rares if rare and rare.where[0].values] == [bool, int]


def test_windows_of_two_time_zones_keep_their_own_week() -> None:
    both = (*WORKDAYS, Window((5,), 0, 60, "America/New_York"), Window((6,), 0, 60, "Europe/Berlin"))
    windows = compiled(replace(READ, during=both)).rows("app:x")[0].conditions[0]
    assert windows is not None
    assert [sum(week) for _, week in windows] == [5 * 960 + 60, 60]


def test_a_grant_without_conditions_costs_nothing() -> None:
    row = compiled(READ).rows("app:x")[0]
    assert row.conditions == (None, None, None, False, None, None, None)
    assert row.rare is None


def test_a_new_revision_leaves_nothing_of_the_old_one() -> None:
    contract = compiled(READ, replace(READ, resources=("app:*",), rate=Rate(1, 60)))
    contract.rows("app:q")
    contract.replace(Contract("k", (replace(READ, resources=("app:z",)),), revision=2), compiler())
    assert (positions(contract, "app:x"), positions(contract, "app:q"), positions(contract, "app:z")) == ([], [], [0])
    assert (contract.name, dict(contract.rates)) == ("k@2", {})


def test_a_withdrawn_contract_holds_nothing() -> None:
    contract = compiled(READ)
    contract.withdraw()
    assert not contract.declared
    assert contract.rows("app:x") == ()


def test_of_two_equal_rated_grants_each_keeps_its_own_count() -> None:
    limited = replace(READ, rate=Rate(1, 60))
    contract = compiled(limited, limited)
    logs = [log for _, log in contract.rates.values()]
    assert logs[0] is not logs[1]
    contract.replace(Contract("k", (READ, limited, limited, limited), revision=2), compiler())
    assert [contract.rates[1][1], contract.rates[2][1]] == logs
    assert contract.rates[3][1] not in logs


def test_a_row_is_open_to_any_presence_only_where_no_door_can_lead_to_it() -> None:
    names = ("app:x", "node:x", "door:x", "lift:x", "zone:x")
    contract = compiled(replace(READ, resources=names))
    assert [contract.rows(name)[0].anywhere for name in names] == [True, True, False, False, False]
    assert not compiled(replace(READ, presence="remote")).rows("app:x")[0].anywhere
