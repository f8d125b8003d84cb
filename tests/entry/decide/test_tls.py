import ssl

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from nameplate.domain.errors import Invalid
from nameplate.entry.decide.tls import ServerTls
from nameplate.keys.x509 import read_pair
from tests.keys.x509.made import AUTHORITY, pair_files


def shaken(server, name, **client):
    """What a client that calls `name` sees in a handshake, in memory."""
    mine = ssl.create_default_context(cadata=AUTHORITY.decode())
    for key, value in client.items():
        setattr(mine, key, value)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    caller = mine.wrap_bio(back, there, server_hostname=name)
    called = server.wrap_bio(there, back, server_side=True)
    for _ in range(10):
        done = 0
        for side in (caller, called):
            try:
                side.do_handshake()
                done += 1
            except ssl.SSLWantReadError:
                pass
        if done == 2:
            return caller
    raise AssertionError("no end")


def test_it_shows_its_certificate_and_another_after_an_exchange(tmp_path):
    tls = ServerTls(read_pair(*pair_files(tmp_path, "one")))
    former = tls.context
    assert shaken(former, "one").version() == "TLSv1.3"
    tls.replace(read_pair(*pair_files(tmp_path, "two")))
    assert shaken(tls.context, "two").getpeercert()["subjectAltName"] == (("DNS", "two"),)
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(tls.context, "one")
    shaken(former, "one")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_older_than_tls_1_2_is_spoken(tmp_path):
    tls = ServerTls(read_pair(*pair_files(tmp_path, "a")))
    assert shaken(tls.context, "a", maximum_version=ssl.TLSVersion.TLSv1_2).version() == "TLSv1.2"
    with pytest.raises(ssl.SSLError):
        shaken(tls.context, "a", minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)


def test_a_key_that_does_not_belong_or_is_encrypted_is_refused_and_the_former_stays(tmp_path):
    right = read_pair(*pair_files(tmp_path, "a"))
    other = read_pair(*pair_files(tmp_path, "b"))
    tls = ServerTls(right)
    secret = load_pem_private_key(right.key, None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"correct horse")
    )
    for wrong in (other.key, secret, b"no key", b""):
        with pytest.raises(Invalid):
            tls.replace(right._replace(key=wrong))
    assert (shaken(tls.context, "a").version(), tls.certificate) == ("TLSv1.3", right.certificate)
