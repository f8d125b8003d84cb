"""Numbers are bound on the control socket only."""

import json

HEAD = "POST /v1/badges/b/number HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "


def test_strangers_on_the_public_listener_bind_nothing(world):
    for path in ("number", "withdrawal"):
        assert world.post(f"/v1/badges/badge-1/{path}", {"number": "26:8a13c040"}).status == 401


def test_one_of_number_and_hash_is_needed(world):
    both = {"number": "26:8a13c040", "seen": "0" * 64}
    for body in ({}, both, {"other": 1}):
        assert refusal(world, body) in {400, 422}


def refusal(world, body):
    data = json.dumps(body).encode()
    return int(world.speak(f"{HEAD}{len(data)}\r\n\r\n".encode() + data, control=True).split()[1])
