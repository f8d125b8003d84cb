"""Management without pause, as a process of its own."""

import subprocess
import sys

from nameplate.entry.bench.workload import free_port, manifests
from nameplate.entry.serve.started import running_server


def test_it_goes_round_until_ended(tmp_path):
    with running_server(tmp_path, free_port()) as server:
        for text in manifests(20):
            server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})
        command = [sys.executable, "-m", "nameplate.entry.bench.managing", str(tmp_path)]
        manager = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert manager.stdout is not None
        assert manager.stdout.readline() == b"1\n"
        assert len(server.client.get("/v1/actors?limit=1000")["items"]) == 1000
        manager.terminate()
        manager.communicate()
