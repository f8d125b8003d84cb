"""The door of the benchmarks: commissioned and used as any other."""

import json
import time

from nameplate.boot.journal import reader
from nameplate.entry.bench.doorway import DOOR, ROBOT, busy_door
from nameplate.entry.bench.workload import free_port, manifests
from nameplate.entry.serve.started import running_server
from tests.entry.world import POLL_S


def strikes(data) -> int:
    records = [json.loads(entry.raw) for entry in reader(data).read()]
    return sum(record.get("happening") == "strike_acknowledged" and record["door"] == DOOR for record in records)


def test_the_robot_is_let_in_again_and_again_and_comes_back_after_a_stop(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with running_server(data, free_port()) as server:
        server.client.post("/v1/apply", {"files": [{"name": "team.yaml", "text": next(manifests(0))}]})
        with busy_door(server, tmp_path) as doorway:
            while strikes(data) < 2:
                time.sleep(POLL_S)
            server.client.post("/v1/orders", {"order": "suspend", "actors": [ROBOT], "reason": "test"})
            seen = strikes(data)
            doorway.revive()
            while strikes(data) <= seen:
                time.sleep(POLL_S)
