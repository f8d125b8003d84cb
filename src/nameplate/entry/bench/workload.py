"""What the server benchmarks run on: many actors, a few dozen contracts."""

import socket
from collections.abc import Iterator

CONTRACTS, RESOURCES, GRANTS = 50, 400, 12
CHUNK = 1_000


def manifests(actors: int) -> Iterator[str]:
    """Manifest texts to apply one after the other."""
    yield "\n---\n".join([_team(), *(_contract(number) for number in range(CONTRACTS))])
    for start in range(0, actors, CHUNK):
        yield "\n---\n".join(actor(number) for number in range(start, min(start + CHUNK, actors)))


def actor(number: int, purpose: str = "Carries goods") -> str:
    """The manifest of actor `unit-NUMBER`."""
    return (
        f"kind: Actor\nid: unit-{number}\ntype: robot\nunit: {{manufacturer: Acme, model: T3, serial: S-{number}}}\n"
        f"owner: ops\npurpose: {purpose}\nstate: active\ncontract: role-{number % CONTRACTS}"
    )


def _team() -> str:
    return "kind: Team\nid: ops\nname: Operations"


def _contract(number: int) -> str:
    week = 'days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59", timezone: Europe/Berlin'
    grants = "\n".join(
        f'  - actions: [read, write]\n    resources: ["app:r{(number * 7 + grant) % RESOURCES}"]\n'
        f"    during: {{{week}}}\n"
        f'    networks: ["10.{number}.0.0/16", "10.{(number + 1) % CONTRACTS}.0.0/16"]\n    task: required'
        for grant in range(GRANTS)
    )
    return f"kind: Contract\nid: role-{number}\ngrants:\n{grants}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
