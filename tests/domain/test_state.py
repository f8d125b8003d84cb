from dataclasses import fields

import pytest

from nameplate.domain.cards import Card, CardNumber
from nameplate.domain.manifests.documents import KINDS
from nameplate.domain.state import Registry, unit_key

NUMBER = CardNumber("wiegand-26", 7, 1)


def test_each_kind_of_manifest_has_its_table():
    registry = Registry()
    tables = [registry.table(kind) for kind in KINDS]
    assert len({id(table) for table in tables}) == len(KINDS)
    with pytest.raises(AttributeError):
        registry.table("Nothing")


def test_two_registries_share_nothing():
    first, second = Registry(), Registry()
    shared = [
        each.name
        for each in fields(Registry)
        if each.name not in {"seq", "restored_at"} and getattr(first, each.name) is getattr(second, each.name)
    ]
    assert shared == []


def test_a_card_counts_until_it_is_withdrawn():
    card = Card(NUMBER, "amr-1", "pool", 1)
    assert Registry(cards={NUMBER.id: card}, holders={"amr-1": NUMBER.id}).card("amr-1") == card
    gone = Card(NUMBER, "amr-1", "pool", 1, withdrawn=True)
    assert Registry(cards={NUMBER.id: gone}, holders={"amr-1": NUMBER.id}).card("amr-1") is None
    assert Registry().card("amr-1") is None


def test_the_default_site_needs_no_declaration_and_a_revision_begins_at_none():
    assert Registry().site("default").id == "default"
    assert Registry(revisions={"Contract/c": 3}).revision("Contract", "c") == 3
    assert Registry().revision("Contract", "c") == 0


def test_no_two_units_have_one_key():
    assert unit_key(("Acme", "T3", "1")) != unit_key(("Acme/T3", "", "1"))
    assert unit_key(('Acme","T3', "", "1")) != unit_key(("Acme", "T3", '","1'))
