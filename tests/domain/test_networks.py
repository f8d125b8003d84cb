from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.networks import MAX_TEXT, address_text, inside, is_loopback, parse_address, spans

MAPPED = 0xFFFF << 32


def holds(network: str, address: str) -> bool:
    parsed = parse_address(address)
    assert parsed is not None
    return inside(parsed, spans([ip_network(network)]))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "128.0.0.1", "::", "10.0.0.1", "localhost.example", "127.0.0.1.example", "2130706433"]
)
def test_nothing_else_is(host: str) -> None:
    assert not is_loopback(host)


def test_ipv4_and_its_mapped_form_are_the_same_address() -> None:
    assert parse_address("10.20.0.1") == parse_address("::ffff:10.20.0.1") == MAPPED | 0x0A14_0001
    assert parse_address("::10.20.0.1") != parse_address("10.20.0.1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "10.0.0",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.0.1 ",
        "10.0.0.1\n",
        "10.0.0.1/32",
        "1.2.3.4:80",
        "0x0a000001",
        "\u0661.\u0662.\u0663.\u0664",
        "fe80::1%eth0",
        "::1%",
        ":::",
        "[::1]",
        "localhost",
        "1" * 5000,
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert parse_address(text) is None


@pytest.mark.parametrize("thing", [None, 5, 2130706433, b"\x7f\x00\x00\x01", 1.0, ["10.0.0.1"]])
def test_what_is_no_text_is_no_address(thing: object) -> None:
    assert parse_address(thing) is None


def test_the_longest_address_still_fits() -> None:
    longest = "0000:0000:0000:0000:0000:ffff:255.255.255.255"
    assert len(longest) == MAX_TEXT
    assert parse_address(longest) == MAPPED | 0xFFFF_FFFF


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    parsed = parse_address(text)
    assert parsed is None or 0 <= parsed < 1 << 128


@given(st.ip_addresses())
def test_every_address_survives_text_and_back(address: object) -> None:
    parsed = parse_address(str(address).partition("%")[0])
    assert parsed is not None
    assert parse_address(address_text(parsed)) == parsed


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 32))
def test_ipv4_networks_agree_with_the_standard_library(address: object, base: object, length: int) -> None:
    network = ip_network(f"{base}/{length}", strict=False)
    assert holds(str(network), str(address)) == (ip_address(str(address)) in network)


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_ipv6_networks_agree_with_the_standard_library(address: int, base: int, length: int) -> None:
    network = ip_network((base >> (128 - length) << (128 - length), length)) if base >> 32 else ip_network("::/0")
    found = ip_address(address) if address >> 32 else ip_address("2001:db8::1")
    if getattr(found, "ipv4_mapped", None) is None:
        assert holds(str(network), str(found)) == (found in network)


def test_a_short_ipv6_network_takes_in_no_ipv4_address() -> None:
    assert holds("::/0", "2001:db8::1")
    assert holds("::/0", "::1")
    assert not holds("::/0", "10.0.0.1")
    assert not holds("::/80", "255.255.255.255")
    assert not holds("0.0.0.0/0", "::1")


def test_an_ipv6_network_in_mapped_form_is_the_ipv4_network() -> None:
    assert holds("::ffff:10.0.0.0/104", "10.255.255.255")
    assert not holds("::ffff:10.0.0.0/104", "11.0.0.0")
    assert holds("::ffff:0:0/96", "255.255.255.255")


def test_the_borders_of_a_network_belong_to_it() -> None:
    assert [holds("10.20.0.0/16", text) for text in ("10.19.255.255", "10.20.0.0", "10.20.255.255", "10.21.0.0")] == [
        False,
        True,
        True,
        False,
    ]


def test_no_network_holds_nothing() -> None:
    assert not inside(1, spans([]))
