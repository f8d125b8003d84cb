import pytest

from nameplate.domain.errors import NotFound
from nameplate.entry.client import Faults

CASE = "{kind: Case, id: a, actor: alice, action: read, resource: 'record:1', expect: permit}"


def post(world, case=CASE, *draft):
    files = [{"name": "draft.yaml", "text": text} for text in draft]
    body = {"cases": [{"name": "cases.yaml", "text": case}], "draft": files}
    return world.server.client.post("/v1/contract-tests", body)


def test_cases_are_put_to_what_is_declared_and_nothing_is_recorded(world):
    before = world.run("export").out
    assert post(world)["passed"] == 1
    draft = "{kind: Contract, id: author, only: read}"
    assert post(world, CASE, draft)["cases"][0]["found"]["reason"] == "not_in_contract"
    assert world.run("export").out == before


def test_faults_are_told_with_their_place(world):
    with pytest.raises(Faults) as caught:
        post(world, CASE.replace("expect", "expects"))
    assert {each["field"] for each in caught.value.problems} >= {"expect", "expects"}
    with pytest.raises(NotFound):
        post(world, CASE.replace("actor: alice", "contract: none"))
