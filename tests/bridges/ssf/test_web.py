import asyncio
import ipaddress

import pytest

from nameplate.bridges.ssf.web import MAX_ANSWER, Web, may_reach, require_web
from nameplate.domain.errors import Invalid, Unavailable
from tests.bridges.ssf.upstream import serving

OURS = (ipaddress.ip_network("10.20.0.0/16"),)


@pytest.mark.parametrize(
    "url", ["https://idp.example/x", "http://127.0.0.1:8/x", "http://localhost/x", "http://[::1]:9/"]
)
def test_https_and_this_machine_are_called(url):
    assert require_web(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/",
        "ftp://idp.example/",
        "file:///etc/passwd",
        "https://",
        "",
        "https://u:p@idp.example/",
        "https://a\nb/",
        "https://[",
        "https://a:b/",
        "https://a:70000/",
        "https://a:0/",
    ],
)
def test_nothing_else_is_called(url):
    with pytest.raises(Unavailable):
        require_web(url)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("93.184.216.34", True),
        ("10.20.3.4", True),
        ("::ffff:10.20.3.4", True),
        ("10.21.0.1", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address that must not be reached
        ("224.0.0.1", False),
        ("fe80::1", False),
    ],
)
def test_private_addresses_are_reached_only_where_the_operator_says_so(address, may):
    assert may_reach(address, OURS) is may


def get(upstream, path, **more):
    return asyncio.run(Web(**more).request("GET", f"{upstream.issuer}{path}"))


def test_an_answer_is_read_and_a_redirect_is_not_followed():
    with serving() as upstream:
        assert get(upstream, "/jwks").json()["keys"]
        elsewhere = f"{upstream.issuer}/jwks"
        upstream.answer = lambda *_: (302, {"location": elsewhere})
        assert get(upstream, "/x").status == 302


def test_a_push_to_this_machine_needs_the_word_of_the_operator():
    with serving() as upstream:
        assert get(upstream, "/jwks", private=("127.0.0.0/8",)).status == 200
        for private in ((), ("",), ("10.0.0.0/8",)):
            with pytest.raises(Unavailable):
                get(upstream, "/jwks", private=private)
        assert upstream.keys_fetched == 1


def test_an_endless_answer_and_no_answer_are_none():
    with serving() as upstream:
        upstream.answer = lambda *_: (200, "x" * (MAX_ANSWER + 1))
        with pytest.raises(Unavailable):
            get(upstream, "/x")
    with pytest.raises(Unavailable) as gone:
        get(upstream, "/x")
    assert "secret" not in str(gone.value)


def test_what_is_no_success_or_no_json_is_unavailable():
    with serving() as upstream:
        upstream.answer = lambda *_: (403, {})
        with pytest.raises(Unavailable, match="403"):
            asyncio.run(Web(token="t").call("GET", f"{upstream.issuer}/x?token=secret"))
        upstream.answer = lambda *_: (200, None)
        with pytest.raises(Unavailable, match="no JSON"):
            get(upstream, "/x").json()


def test_settings_that_cannot_be_used_are_named():
    with pytest.raises(Invalid, match="ca"):
        Web("/nowhere/ca.pem")
    with pytest.raises(Invalid, match="private"):
        Web(private=("home",))
