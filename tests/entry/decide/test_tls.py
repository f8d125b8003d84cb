import ssl

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from nameplate.domain.errors import Invalid
from nameplate.entry.decide.tls import ServerTls, require_clients, server_context
from nameplate.keys.x509 import read_pair
from tests.exports.certificates import Authority, Pair
from tests.keys.x509.made import AUTHORITY, pair_files


def shaken(server, name, **client):
    """What a client that calls `name` sees in a handshake, in memory."""
    mine = ssl.create_default_context(cadata=AUTHORITY.decode())
    for key, value in client.items():
        setattr(mine, key, value)
    return both(mine, server, name)[0]


def both(mine, server, name):
    """Client and server after their handshake; raises ssl.SSLError as either of them does."""
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
            return caller, called
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


def clients(tmp_path, ca):
    """A server that wants certificates by those in the file `ca`."""
    pair = read_pair(*pair_files(tmp_path, "server"))
    context = server_context(pair.chain, pair.key)
    require_clients(context, str(ca))
    return context


def shown(server, client=None):
    """What the server knows of a client after a handshake."""
    mine = ssl.create_default_context(cadata=AUTHORITY.decode())
    if client:
        mine.load_cert_chain(client.cert, client.key)
    return both(mine, server, "server")[1].getpeercert()


def test_who_must_show_a_certificate_is_known_by_it(tmp_path):
    authority = Authority(tmp_path, "panels")
    server = clients(tmp_path, authority.cert)
    names = shown(server, authority.issue("relay", host="relay.example"))["subjectAltName"]
    assert names == (("DNS", "relay.example"),)
    assert (server.num_tickets, server.options & ssl.OP_NO_TICKET) == (0, ssl.OP_NO_TICKET)


def test_without_one_with_a_strangers_or_an_old_one_nobody_comes_in(tmp_path):
    authority, stranger = Authority(tmp_path, "panels"), Authority(tmp_path, "stranger")
    server = clients(tmp_path, authority.cert)
    for wrong in (None, stranger.issue("relay"), authority.issue("old", expired=True)):
        with pytest.raises(ssl.SSLError):
            shown(server, wrong)


def test_a_certificate_that_is_for_servers_alone_lets_no_client_in(tmp_path):
    (tmp_path / "ca.pem").write_bytes(AUTHORITY)
    server = clients(tmp_path, tmp_path / "ca.pem")
    with pytest.raises(ssl.SSLError):
        shown(server, Pair(*pair_files(tmp_path, "other")))


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_file_without_certificates_is_refused(tmp_path, content):
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_bytes(content)
    with pytest.raises(Invalid, match="cannot be used"):
        clients(tmp_path, ca)
