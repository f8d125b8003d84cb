import asyncio

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.links import Found
from nameplate.entry.decide.signals import Signals
from nameplate.keys.file import FileKeyStore


class Alarms:
    """Keeps findings."""

    def __init__(self):
        self.found = []

    def raise_finding(self, finding):
        self.found.append(finding)


def call(keys, verb, *bodies):
    alarms = Alarms()

    async def main():
        handlers = Signals(keys, alarms).handlers()
        return await asyncio.gather(*(handlers[verb](None, msgspec.msgpack.encode(body)) for body in bodies))

    return asyncio.run(main()), alarms.found


def test_the_key_is_made_once_and_stays(tmp_path):
    keys = FileKeyStore(tmp_path, b"a passphrase")
    (first, second, other), _ = call(keys, "signing_key", "RS256", "RS256", "ES256")
    keys.close()
    again = FileKeyStore(tmp_path, b"a passphrase")
    ((third,), _) = call(again, "signing_key", "RS256")
    again.close()
    assert first == second == third
    made = load_pem_private_key(first, None)
    assert isinstance(made, RSAPrivateKey)
    assert made.key_size == 2048
    assert isinstance(load_pem_private_key(other, None), EllipticCurvePrivateKey)


def test_for_other_algorithms_there_is_no_key(tmp_path):
    keys = FileKeyStore(tmp_path, b"a passphrase")
    for alg in ("none", "HS256", ""):
        with pytest.raises(NotFound):
            call(keys, "signing_key", alg)
    assert list(keys.names()) == []
    keys.close()


def test_a_finding_goes_on_record_and_nonsense_is_refused(tmp_path):
    keys = FileKeyStore(tmp_path, b"a passphrase")
    finding = Finding("stream_silent", Severity.HIGH, "Nothing was heard.")
    assert call(keys, "found", Found(finding))[1] == [finding]
    with pytest.raises(Invalid):
        call(keys, "found", {"finding": 7})
    keys.close()
