"""What other identity systems call, held against the running server by Schemathesis: SCIM, and shared signals."""

import pytest

from nameplate.entry.operations import Who
from tests.entry.document_client import DEEP, LIMIT_S, complaints, document_of, tried

BRIDGES = "{kind: Bridge, id: iam, type: scim}\n---\n{kind: Bridge, id: siem, type: ssf}"


def of_bridges(*prefixes):
    return lambda path, operation: path.startswith(prefixes) and operation["tags"] == [Who.BRIDGE]


# All kinds of resources go the same way, and have many members: two of them, unless there is time.
SERVED = ("/scim/",) if DEEP else ("/scim/v2/Users", "/scim/v2/Agents", "/scim/v2/Schemas", "/scim/v2/Bulk")
BY_STANDARD = "RFC 8935, section 2.3: an authentication that fails is told with 400, in `err`"
OWN_STATUS = {"negative_data_rejection": "RFC 7644, section 3.7.3: what is wrong with one operation is told beside it"}
GRAMMAR = {"positive_data_acceptance": "a path has a grammar of its own, and a value the type of what it leads to"}
SCIM = {f"/scim/v2/{kind}/{{resource_id}}": GRAMMAR for kind in ("Users", "Groups", "Devices", "Agents")}
DECLARED = {
    "positive_data_acceptance": "what is declared of an actor is normalised, printable text, and tiers are words"
}
SCIM |= {"/scim/v2/Bulk": OWN_STATUS, "/scim/v2/Devices": DECLARED, "/scim/v2/Agents": DECLARED}
SEARCHES = {
    "filter": ["id pr", 'meta.created gt "2020-01-01T00:00:00Z"', 'not (id eq "x") and externalId co "a"'],
    "sortBy": ["id", "meta.created"],
}
"""What is asked for in searches, whose grammars no schema tells."""
EITHER = frozenset({"cursor", "excludedAttributes"})
"""What cannot be asked for beside `startIndex` and `attributes`."""


def narrowed(document):
    """The document, but only what no rule forbids that a schema cannot tell."""
    for told in (told for methods in document["paths"].values() for told in methods.values()):
        told["parameters"] = [each for each in told["parameters"] if each["name"] not in EITHER]
        for each in told["parameters"]:
            if each["name"] in SEARCHES:
                each["schema"] = {"enum": SEARCHES[each["name"]]}
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("In") and "primary" in schema.get("properties", {}):
            # That one value alone is primary the schema does tell, but the client makes data as if it did not.
            schema["properties"]["primary"] = {"enum": [False, None]}
        if name.startswith("ScimSearchRequest"):
            schema["properties"] |= {each: {"enum": [*words, None]} for each, words in SEARCHES.items()}
            schema["properties"]["attributes"] = {"enum": [["id"], None]}
            schema["properties"] = {each: kind for each, kind in schema["properties"].items() if each not in EITHER}
    return document


SIGNALS = {
    "/ssf/streams": {
        "ensure_resource_availability": "which stream is meant stands in the body: the client looks at paths"
    },
    "/ssf/push/{bridge}": {
        "ignored_auth": BY_STANDARD,
        "missing_required_header": BY_STANDARD,
        "positive_data_acceptance": "a token is signed by its transmitter",
    },
}


@pytest.fixture(name="bridged")
def bridged_fixture(own_world):
    own_world.apply(BRIDGES)
    return own_world


def token(world, name):
    return world.server.client.post("/v1/bridge-tokens", {"name": name})["token"]


@pytest.mark.timeout(LIMIT_S + 30)
def test_scim_does_what_the_document_says(bridged, tmp_path):
    document = narrowed(document_of(bridged, of_bridges(*SERVED)))
    done = tried(document, bridged.server.port, tmp_path, token(bridged, "iam"), SCIM, covering=False)
    assert complaints(done) == ""


@pytest.mark.timeout(LIMIT_S + 30)
def test_shared_signals_do_what_the_document_says(bridged, tmp_path):
    document = document_of(bridged, of_bridges("/ssf/"))
    messages = document["components"]["schemas"]
    # Nothing is pushed to others, and nobody waits for what does not come.
    messages["DeliveryIn"]["properties"]["endpoint_url"] = {"const": "https://127.0.0.1:9/"}
    messages["PollIn"]["properties"]["returnImmediately"] = {"const": True}
    messages["PollIn"]["required"] = ["returnImmediately"]
    done = tried(document, bridged.server.port, tmp_path, token(bridged, "siem"), SIGNALS)
    assert complaints(done) == ""
