"""A panel that was there before us: its list and our rules, through every process, with libosdp at every end."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nameplate.domain.presence import Place
from nameplate.enforcement.osdp.sim import SimulatedDoor
from nameplate.enforcement.osdp.virtual_reader.sim import SimulatedPanel
from nameplate.entry.bench.workload import free_port
from nameplate.entry.robot import Outcome
from nameplate.entry.serve.started import running_server
from tests.entry.world import PATIENCE_S
from tests.journeys.conftest import Hospital

pytestmark = pytest.mark.timeout(110)
DOOR, PORT = "vault", "vault/r1"
SITE = """
kind: Zone
id: hall
---
kind: Zone
id: cash
---
kind: Team
id: pharmacy-ops
---
kind: Door
id: vault
joins: [hall, cash]
readers: [{id: r1, side: hall}]
---
kind: Contract
id: runner
grants: [{actions: [enter], resources: ["zone:cash"]}]
---
kind: Contract
id: nothing
grants: [{actions: [enter], resources: ["zone:hall"]}]
---
kind: CardPool
id: robots
format: wiegand-26
facility: 12
from: 1001
to: 1099
"""


class Bank(Hospital):
    """One door whose strike belongs to a panel."""

    panel: SimulatedPanel
    folder: Path

    def come_to(self, robot, reader=0):
        """The robot presents itself."""
        return robot.present(self.doors[DOOR].air[reader], Place("default", DOOR, f"r{reader + 1}"), PATIENCE_S)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    key, folder = secrets.token_bytes(16), tmp_path_factory.mktemp("bank")
    (folder / "data").mkdir()
    with (
        TemporaryDirectory(prefix="np-") as air,
        SimulatedDoor(bytes(16), Path(air), name=DOOR, readers=1, install=True) as door,
        SimulatedPanel({PORT: key}, feed=folder / "feed.csv") as panel,
        running_server(folder / "data", free_port()) as server,
    ):
        for path in (door.path, panel.paths[PORT]):
            if os.geteuid() == 0:
                Path(path).chmod(0o666)
        found = Bank(server, {DOOR: door}, folder)
        found.panel, found.folder = panel, folder
        found.run("apply", "-f", "-", stdin=SITE)
        found.run("key", "put", "panel/vault", stdin=key.hex())
        port = {"reader": "r1", "to": f"pty:{panel.paths[PORT]}", "key": "panel/vault"}
        channel = {"door": DOOR, "to": f"pty:{door.path}", "strike": "1s", "panel": [port]}
        point = {"kind": "Point", "id": "bridge", "type": "osdp-panel", "channels": [channel]}
        found.run("apply", "-f", "-", stdin=json.dumps(point))
        found.until(lambda: any(each["connected"] for each in server.client.get("/v1/points")["items"]), "connected")
        found.run("point", "install", "bridge", "--door", DOOR, "--for", "60")
        found.happened("reader_online", door=DOOR)
        found.happened("panel_online", door=DOOR, reader="r1")
        yield found


def known_to_the_panel(bank, ident):
    card = next(each["id"] for each in bank.run("card", "list", "--json").json["items"] if each["actor"] == ident)
    bank.panel.cards.add(card)
    return card


def test_a_permit_shows_the_units_own_number_to_the_panel_which_opens(bank):
    robot = bank.enrolled("amr-1")
    card = known_to_the_panel(bank, "amr-1")
    assert bank.come_to(robot) == Outcome(permit=True, reason="granted")
    granted = bank.happened("panel_granted", actor="amr-1", door=DOOR)
    assert [read.card for read in bank.panel.reads] == [card]
    told = bank.run("decision", "explain", granted["decision_id"], "--json").json
    assert (told["actor"], told["decision"]) == ("amr-1", "permit")
    assert bank.show("amr-1")["card"] == card


def test_our_refusal_never_reaches_the_panel(bank):
    robot = bank.enrolled("amr-2", "nothing")
    known_to_the_panel(bank, "amr-2")
    before = len(bank.panel.reads)
    assert bank.come_to(robot) == Outcome(permit=False, reason="not_in_contract")
    bank.happened("refusal_shown", actor="amr-2")
    assert len(bank.panel.reads) == before


def test_the_panels_refusal_is_told_to_the_robot_and_recorded(bank):
    robot = bank.enrolled("amr-3")
    bank.until(lambda: bank.come_to(robot).reason == "panel_refused", "the door is free and the panel refuses")
    refused = bank.happened("panel_refused", actor="amr-3", door=DOOR)
    assert refused["detail"]["signal"] == "red"


def test_a_stopped_unit_shows_nothing_and_a_retired_one_loses_its_number(bank):
    robot = bank.enrolled("amr-4")
    card = known_to_the_panel(bank, "amr-4")
    bank.run("actor", "retire", "amr-4", "--reason", "Scrapped.")
    before = len(bank.panel.reads)
    assert bank.come_to(robot) == Outcome(permit=False, reason="state")
    assert len(bank.panel.reads) == before
    listed = {each["id"]: each for each in bank.run("card", "list", "--json").json["items"]}
    assert listed[card]["withdrawn"] is True


def test_a_copied_number_is_found_in_the_panels_own_events(bank):
    """The panel knows the number and lets whoever holds it in; that nobody had decided it shows in its feed."""
    feed = {
        "kind": "Feed",
        "id": "panel",
        "to": f"csv:{bank.folder / 'feed.csv'}",
        "doors": {DOOR: DOOR},
        "within": "1s",
    }
    bank.run("apply", "-f", "-", stdin=json.dumps(feed))
    robot = bank.enrolled("amr-5")
    card = known_to_the_panel(bank, "amr-5")
    bank.until((bank.server.data / "cursors" / "feed-panel.json").exists, "the feed is followed")
    bank.until(lambda: bank.come_to(robot).permit, "the door is free")
    decided = bank.happened("panel_granted", actor="amr-5")["decision_id"]
    bank.until(lambda: told(bank, actor="amr-5", decision_id=decided), "the panel's event is known")
    assert not found(bank, "opening_without_decision", "amr-5")
    bank.panel.somebody_comes(PORT, card)
    bank.until(lambda: found(bank, "opening_without_decision", "amr-5"), "the copy is found")
    assert bank.run("panel", "feeds", "--json").json["items"][0]["status"] == "ok"


def told(bank, **fields):
    return [each for each in bank.records() if {"kind": "panel_event", **fields}.items() <= each.items()]


def found(bank, finding, actor):
    wanted = {"kind": "finding", "finding": finding, "actor": actor}
    return [each for each in bank.records() if wanted.items() <= each.items()]


def test_numbers_stay_out_of_answers_records_of_decisions_and_logs(bank):
    question = ("--actor", "amr-1", "--action", "enter", "--resource", f"door:{DOOR}")
    checked = bank.run("access", "check", *question, "--context", '{"presence": "reader", "reader": "r1"}', "--json")
    log = (bank.server.data / "serve.log").read_text()
    kept = [each for each in bank.records() if each["kind"] in ("decision", "outcome", "finding")]
    assert checked.json["decision"] == "permit"
    for text in (checked.out, log, json.dumps(kept)):
        assert "0601f4" not in text
        assert "wiegand-26" not in text
