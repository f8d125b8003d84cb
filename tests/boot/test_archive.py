"""The file of a backup: what it holds comes back, and nothing else is taken for it."""

import base64
import gzip
import hashlib
import io
import tarfile

import pytest

from nameplate.boot.archive import Member, check_seal, seal_text, unpack, write_archive
from nameplate.domain.errors import Conflict, Invalid
from nameplate.domain.notes import VerifierKey
from tests.journals.segments.samples import OTHER_SIGNER, SIGNER

KEY = VerifierKey("nameplate/n1", SIGNER.public_key)
MEMBERS = [Member("node", b"n1\n", 3), Member("journal/head.0", b"note" * 9, 20), Member("keys/store", b"", 0)]


def write(path, members=MEMBERS, signer=SIGNER, key=KEY):
    write_archive(path, members, {"node": "n1"}, key, lambda digest: signer.sign(seal_text(str(key), digest)))
    return path


def packed(path, *infos):
    """A file with any tar inside, truly sealed."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for info in infos:
            tar.addfile(info, io.BytesIO(bytes(info.size)) if info.isreg() else None)
    return sealed(path, gzip.compress(content.getvalue()))


def sealed(path, body, signer=SIGNER):
    digest = hashlib.sha256(body).hexdigest()
    signature = base64.b64encode(signer.sign(seal_text(str(KEY), digest))).decode()
    comment = f"nameplate-backup/1 {KEY} {digest} {signature}".encode()
    path.write_bytes(body + b"\x1f\x8b\x08\x10\0\0\0\0\0\xff" + comment + b"\0\x03\0" + bytes(8))
    return path


def test_what_goes_in_comes_out_and_no_more_of_a_file_than_was_asked_for(tmp_path):
    long = tmp_path / "long"
    long.write_bytes(b"x" * 3_000_000)
    segment = "journal/00000000000000000001.journal"
    file = write(tmp_path / "b", [*MEMBERS, Member(segment, long, 2_000_001)])
    assert file.stat().st_mode & 0o777 == 0o600
    assert check_seal(file).key == KEY
    (tmp_path / "out").mkdir()
    manifest = unpack(file, tmp_path / "out")
    assert manifest["node"] == "n1"
    found = {
        str(path.relative_to(tmp_path / "out")): path.read_bytes()
        for path in tmp_path.glob("out/**/*")
        if path.is_file()
    }
    assert found == {
        "node": b"n1\n",
        "journal/head.0": (b"note" * 9)[:20],
        "keys/store": b"",
        segment: b"x" * 2_000_001,
    }


def test_every_byte_counts(tmp_path):
    whole = write(tmp_path / "b").read_bytes()
    path = tmp_path / "altered"
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        with pytest.raises(Invalid):
            check_seal(path)
    for content in (b"", whole[:-1], whole + b"\0", b"x" + whole, whole[200:], whole + whole):
        path.write_bytes(content)
        with pytest.raises(Invalid):
            check_seal(path)


def test_only_the_key_that_it_names_may_have_signed(tmp_path):
    file = write(tmp_path / "b")
    assert check_seal(file).key == KEY
    # Neither ours, when the node has another key meanwhile, nor anybody else's.
    with pytest.raises(Conflict, match="changed"):
        write(tmp_path / "c", signer=OTHER_SIGNER)
    assert not (tmp_path / "c").exists()
    with pytest.raises(Invalid, match="signature"):
        check_seal(sealed(tmp_path / "d", b"body", OTHER_SIGNER))


def info(name, size=0, kind=tarfile.REGTYPE, link=""):
    made = tarfile.TarInfo(name)
    made.size, made.type, made.linkname = size, kind, link
    return made


@pytest.mark.parametrize(
    "members",
    [
        [info("../node")],
        [info("/etc/passwd")],
        [info("journal/../node")],
        [info("keys/passphrase")],
        [info("tls/other.pem")],
        [info("tls/server.pem", kind=tarfile.SYMTYPE, link="/etc/passwd")],
        [info("node", kind=tarfile.SYMTYPE, link="/etc/passwd")],
        [info("keys/store", kind=tarfile.LNKTYPE, link="node")],
        [info("journal", kind=tarfile.DIRTYPE)],
        [info("node"), info("node")],
        [info("node", size=17 * 1024 * 1024)],
        [info("node")],
        [],
    ],
    ids=range(13),
)
def test_what_does_not_belong_into_it_is_refused_even_if_truly_signed(tmp_path, members):
    file = packed(tmp_path / "b", *members)
    check_seal(file)
    (tmp_path / "out").mkdir()
    with pytest.raises(Invalid):
        unpack(file, tmp_path / "out")
    assert not list(tmp_path.glob("out/keys/passphrase"))


@pytest.mark.parametrize(
    "body", [b"", b"no gzip", gzip.compress(b"no tar", mtime=0), gzip.compress(b"x" * 2000, mtime=0)[:-9]], ids=range(4)
)
def test_a_body_that_is_none_is_refused_even_if_truly_signed(tmp_path, body):
    file = sealed(tmp_path / "b", body)
    check_seal(file)
    (tmp_path / "out").mkdir()
    with pytest.raises(Invalid):
        unpack(file, tmp_path / "out")


def test_nothing_is_left_when_it_cannot_be_signed(tmp_path):
    with pytest.raises(ZeroDivisionError):
        write_archive(tmp_path / "b", MEMBERS, {}, KEY, lambda _: bytes(1 // 0))
    assert list(tmp_path.iterdir()) == []
