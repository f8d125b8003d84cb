"""A challenge counts once, for one purpose and not long; a passkey is whose it was first."""

import asyncio

import pytest

from nameplate.domain.errors import Conflict, Refused
from nameplate.domain.people import LOCAL
from nameplate.flows.passkeys import LIFETIME_US, MAX_PASSKEYS, nonce_bytes
from nameplate.ports.journal import JournalUnavailable
from tests.flows.proving import Crowd, run
from tests.keys.webauthn.authenticator import PRESENT, text

LOCAL_OWNER = {"kind": "person", "person": LOCAL, "bridge": "local", "active": True}


async def refused(doing, code):
    with pytest.raises(Refused) as error:
        await doing
    assert error.value.code == code


def signing_in(crowd, said):
    return crowd.passkeys.sign_in(said["nonce"], said["credential"])


def test_who_shows_a_passkey_is_known_and_the_proof_can_be_checked_by_anybody(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        said = key.show(crowd.passkeys.signing_in())
        proof = await signing_in(crowd, said)
        assert (proof.passkey.person, proof.passkey.id) == ("p-ada", text(key.id))
        response = said["credential"]["response"]
        assert proof.evidence == {
            "passkey": text(key.id),
            "nonce": said["nonce"],
            "authenticator_data": response["authenticatorData"],
            "client_data": response["clientDataJSON"],
            "signature": response["signature"],
        }
        (used,) = crowd.heart.records("passkey_used")
        assert (used["person"], used["counter"], used["purpose"]) == ("p-ada", 1, "sign in")
        assert crowd.heart.registry.passkeys[text(key.id)].counter == 1

    run(tmp_path, scene)


def test_a_challenge_counts_once(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        asked = crowd.passkeys.signing_in()
        said = key.show(asked)
        await signing_in(crowd, said)
        await refused(signing_in(crowd, said), "challenge")
        await refused(signing_in(crowd, key.show(asked)), "challenge")
        assert len(crowd.heart.records("passkey_used")) == 1

    run(tmp_path, scene)


def test_of_two_who_show_the_same_at_once_one_is_believed(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        said = key.show(crowd.passkeys.signing_in())
        both = await asyncio.gather(signing_in(crowd, said), signing_in(crowd, said), return_exceptions=True)
        assert sorted(type(each).__name__ for each in both) == ["Proof", "Refused"]

    run(tmp_path, scene)


def test_a_challenge_lasts_so_long(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        late, in_time = key.show(crowd.passkeys.signing_in()), key.show(crowd.passkeys.signing_in())
        crowd.heart.now += LIFETIME_US - 2
        await signing_in(crowd, in_time)
        await refused(signing_in(crowd, late), "challenge")

    run(tmp_path, scene)


def test_a_used_challenge_is_not_forgotten_while_it_could_be_used(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        asked = crowd.passkeys.signing_in()
        await signing_in(crowd, key.show(asked))
        crowd.heart.now += LIFETIME_US - 20
        await signing_in(crowd, key.show(crowd.passkeys.signing_in()))
        await refused(signing_in(crowd, key.show(asked)), "challenge")

    run(tmp_path, scene)


def test_no_other_text_is_a_challenge_of_ours(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        asked = crowd.passkeys.signing_in()
        nonce, raw = asked["nonce"], nonce_bytes(asked["nonce"])
        longer = raw[:16] + (2**63).to_bytes(8, "big") + raw[24:]
        for wrong in (
            "",
            "x",
            nonce[:-1],
            nonce + "=",
            nonce + "A",
            "\u00e4",
            nonce + "\n",
            text(longer),
            text(bytes(56)),
        ):
            said = key.show(asked | {"nonce": wrong})
            await refused(crowd.passkeys.sign_in(wrong, said["credential"]), "challenge")
        await signing_in(crowd, key.show(asked))

    run(tmp_path, scene)


def test_a_challenge_is_for_one_purpose(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        passkeys = crowd.passkeys
        nonce = passkeys.nonce("approve:pr-1:p-ada")
        said = key.show(passkeys.request(nonce, b"c" * 32))["credential"]
        for purpose in ("approve:pr-2:p-ada", "approve:pr-1:p-eve", "sign in", ""):
            await refused(passkeys.prove(purpose, nonce, b"c" * 32, said), "challenge")
        await refused(passkeys.prove("approve:pr-1:p-ada", nonce, b"d" * 32, said), "passkey_refused")
        await passkeys.prove("approve:pr-1:p-ada", nonce, b"c" * 32, said)
        assert crowd.heart.records("passkey_used")[-1]["purpose"] == "approve"

    run(tmp_path, scene)


def test_a_challenge_does_not_outlive_the_process(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        said = key.show(crowd.passkeys.signing_in())
        await refused(signing_in(Crowd(crowd.heart), said), "challenge")

    run(tmp_path, scene)


def test_a_passkey_that_is_not_on_record_or_of_another_person_proves_nothing(tmp_path):
    async def scene(crowd):
        await crowd.join("p-ada", "viewers")
        eve = await crowd.join("p-eve", "viewers")
        await refused(signing_in(crowd, crowd.authenticator().show(crowd.passkeys.signing_in())), "passkey")
        nonce = crowd.passkeys.nonce("act")
        said = eve.show(crowd.passkeys.request(nonce, b"c" * 32, "p-ada"))["credential"]
        await refused(crowd.passkeys.prove("act", nonce, b"c" * 32, said, "p-ada"), "passkey")
        odd: list[dict] = [{}, {"id": None}, {"id": []}, {"id": text(eve.id)}]
        for strange in odd:
            with pytest.raises(Refused):
                await crowd.passkeys.sign_in(crowd.passkeys.signing_in()["nonce"], strange)
        await crowd.heart.ledger.commit({"kind": "passkey_removed", "passkey": text(eve.id), "person": "p-eve"})
        await refused(signing_in(crowd, eve.show(crowd.passkeys.signing_in())), "passkey")

    run(tmp_path, scene)


def test_a_refused_proof_leaves_the_challenge_and_nothing_on_record(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        asked = crowd.passkeys.signing_in()
        key.flags = PRESENT
        await refused(signing_in(crowd, key.show(asked)), "passkey_refused")
        assert crowd.heart.records("passkey_used") == []
        assert crowd.heart.records("finding") == []

    run(tmp_path, scene)


def test_a_counter_that_does_not_rise_is_refused_and_raises_an_alarm(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        await signing_in(crowd, key.show(crowd.passkeys.signing_in()))
        key.counter = 0
        await refused(signing_in(crowd, key.show(crowd.passkeys.signing_in())), "passkey_counter")
        await crowd.heart.ledger.commit({"kind": "mark"})
        (finding,) = crowd.heart.records("finding")
        assert (finding["finding"], finding["severity"]) == ("passkey_copied", "high")
        assert "p-ada" in finding["text"]

    run(tmp_path, scene)


def test_what_cannot_be_written_is_no_proof_and_the_challenge_is_gone(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        said = key.show(crowd.passkeys.signing_in())
        crowd.heart.files.fail("sync")
        with pytest.raises(JournalUnavailable):
            await signing_in(crowd, said)
        await crowd.heart.recovered()
        await refused(signing_in(crowd, said), "challenge")

    run(tmp_path, scene)


def test_a_passkey_is_bound_for_the_one_who_began(tmp_path):
    async def scene(crowd):
        await crowd.tell("p-ada", "viewers")
        key, passkeys = crowd.authenticator(), crowd.passkeys
        asked = passkeys.creation("bind:p-ada", "p-ada")
        said = key.make(asked)
        for purpose in ("bind:p-eve", "sign in"):
            await refused(passkeys.bind(purpose, "p-eve", said["nonce"], said["credential"], "x"), "challenge")
        bound = await passkeys.bind("bind:p-ada", "p-ada", said["nonce"], said["credential"], "session")
        assert (bound.id, bound.person) == (text(key.id), "p-ada")
        await refused(passkeys.bind("bind:p-ada", "p-ada", said["nonce"], said["credential"], "x"), "challenge")
        assert [each["id"] for each in passkeys.creation("bind", "p-ada")["options"]["excludeCredentials"]] == [
            bound.id
        ]
        assert not passkeys.creation("bind", "p-eve")["options"].get("excludeCredentials")

    run(tmp_path, scene)


def test_a_passkey_is_never_bound_again(tmp_path):
    async def scene(crowd):
        key = await crowd.join("p-ada", "viewers")
        await crowd.tell("p-eve", "viewers")
        for person in ("p-ada", "p-eve"):
            with pytest.raises(Conflict):
                await crowd.bind(person, key)
        assert crowd.heart.registry.passkeys[text(key.id)].person == "p-ada"

    run(tmp_path, scene)


def test_of_two_who_bind_the_same_at_once_the_second_is_told_that_it_is_not_theirs(tmp_path):
    async def scene(crowd):
        await crowd.tell("p-ada", "viewers")
        await crowd.tell("p-eve", "owners")
        key, thief = crowd.authenticator(), crowd.authenticator()
        thief.id = key.id
        both = (crowd.bind("p-ada", key), crowd.bind("p-eve", thief))
        told: tuple = await asyncio.gather(*both, return_exceptions=True)
        first, second = told
        assert first.person == "p-ada"
        assert isinstance(second, Conflict)
        assert crowd.heart.registry.in_charge == {}
        assert [each["person"] for each in crowd.heart.records("passkey_bound")] == ["p-ada"]

    run(tmp_path, scene)


def test_one_person_has_so_many(tmp_path):
    async def scene(crowd):
        await crowd.tell("p-ada", "viewers")
        for _ in range(MAX_PASSKEYS):
            await crowd.bind("p-ada", crowd.authenticator())
        with pytest.raises(Conflict) as error:
            await crowd.bind("p-ada", crowd.authenticator())
        assert error.value.code == "passkeys"
        await crowd.join("p-eve", "viewers")

    run(tmp_path, scene)


def test_so_many_also_where_they_are_made_at_once(tmp_path):
    async def scene(crowd):
        await crowd.tell("p-ada", "viewers")
        making = [crowd.bind("p-ada", crowd.authenticator()) for _ in range(MAX_PASSKEYS + 2)]
        made = await asyncio.gather(*making, return_exceptions=True)
        assert [type(each).__name__ for each in made].count("Conflict") == 2
        assert len(crowd.heart.registry.passkeys) == MAX_PASSKEYS

    run(tmp_path, scene)


def test_what_could_not_be_written_can_be_bound_later(tmp_path):
    async def scene(crowd):
        await crowd.tell("p-ada", "viewers")
        key = crowd.authenticator()
        crowd.heart.files.fail("sync")
        with pytest.raises(JournalUnavailable):
            await crowd.bind("p-ada", key)
        assert crowd.heart.registry.passkeys == {}
        await crowd.heart.recovered()
        assert (await crowd.bind("p-ada", key)).person == "p-ada"

    run(tmp_path, scene)


def test_with_the_first_owner_who_can_prove_themselves_the_machine_gives_up(tmp_path):
    async def scene(crowd):
        registry = crowd.heart.registry
        for role in ("viewer", "operator", "approver", "auditor"):
            await crowd.join(f"p-{role}", f"{role}s")
        await crowd.tell("p-eve", "owners")
        assert registry.in_charge == {}
        await crowd.bind("p-eve", crowd.authenticator())
        assert list(registry.in_charge) == ["p-eve"]
        await crowd.bind("p-eve", crowd.authenticator())
        assert len(crowd.heart.records("in_charge")) == 1

    run(tmp_path, scene)


def test_the_local_owner_ends_with_the_first_of_the_company(tmp_path):
    async def scene(crowd):
        registry = crowd.heart.registry
        await crowd.heart.ledger.commit(LOCAL_OWNER)
        await crowd.bind(LOCAL, crowd.authenticator())
        assert list(registry.in_charge) == [LOCAL]
        await crowd.join("p-ada", "approvers")
        assert registry.people[LOCAL].active
        await crowd.join("p-eve", "owners")
        assert not registry.people[LOCAL].active
        assert list(registry.in_charge) == [LOCAL, "p-eve"]

    run(tmp_path, scene)


def test_somebody_the_company_disabled_takes_no_charge(tmp_path):
    async def scene(crowd):
        await crowd.tell("p-eve", "owners")
        await crowd.tell("p-eve", "owners", active=False)
        await crowd.bind("p-eve", crowd.authenticator())
        assert crowd.heart.registry.in_charge == {}

    run(tmp_path, scene)
