from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from nameplate.boot.timezones import transitions
from nameplate.domain import reference
from nameplate.domain.contracts import Contract
from nameplate.domain.index import Index
from nameplate.domain.verdicts import Reason
from nameplate.entry.bench import decisions
from nameplate.entry.bench.decisions import Workload, cedar_disagreements, disagreements, run, workload
from tests.domain.index.worlds import wall


def filled(work: Workload) -> Index:
    index = Index(transitions)
    index.fill(work)
    return index


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return run(sizes=(32, 64), requests=200, rounds=2)


def test_the_figures_name_every_size_and_engine(figures: dict[str, Any]) -> None:
    assert list(figures["sizes"]) == ["32", "64"]
    assert set(figures["sizes"]["32"]["cpu_us"]) == {"index", "reference", "empty_call"}
    assert set(figures["sizes"]["64"]["cpu_us"]) == {"index", "reference", "empty_call", "cedar"} | {
        "index_10_rules",
        "index_10_rules_again",
        "index_1000_rules_elsewhere",
    }
    assert figures["growth"]["from"] == 32
    assert figures["growth"]["to"] == 64


def test_the_index_and_the_reference_agree_on_the_workload(figures: dict[str, Any]) -> None:
    assert figures["agreement"] == {"requests": 400, "mismatches": 0}


def test_the_workload_is_the_same_for_the_same_seed() -> None:
    assert workload(40, 50) == workload(40, 50)
    assert workload(40, 50).requests != workload(40, 50, seed=1).requests


def test_the_workload_reaches_its_shares() -> None:
    work = workload(100, 2000)
    seen = Counter(reference.decide(work, request, wall).reason for request in work.requests)
    assert 0.65 < seen[Reason.GRANTED] / 2000 < 0.75
    assert min(seen[reason] for reason in decisions.SHARES) / 2000 > 0.005
    assert sum(seen.values()) == sum(seen[reason] for reason in decisions.SHARES)


def test_contracts_have_the_size_that_is_claimed() -> None:
    work = workload(100, 0)
    assert {len(contract.grants) for contract in work.contracts.values()} <= set(range(9, 16))


def test_an_index_that_is_wrong_is_found_out() -> None:
    work = workload(20, 100)
    index = filled(work)
    assert disagreements(index, work, work.requests) == 0
    for contract in work.contracts.values():
        index.put_contract(Contract(contract.id, revision=1))
    assert disagreements(index, work, work.requests) > 50


def test_a_cedar_that_is_wrong_is_found_out() -> None:
    pytest.importorskip("cedarpy", reason="cedarpy is missing: pip install cedarpy")
    work = workload(20, 100)
    assert cedar_disagreements(work, work.requests) == 0
    broken = [request._replace(payload="acid") for request in work.requests]
    work.contracts = {
        name: replace(contract, grants=tuple(replace(grant, payloads=()) for grant in contract.grants))
        for name, contract in work.contracts.items()
    }
    assert cedar_disagreements(work, broken) > 50
