"""Lists: what is found, in which order, page by page."""

from tests.bridges.scim.house import ACTOR, device, run, user


async def found(house, query, path="/Users"):
    answer = await house.call("GET", f"{path}?{query}")
    assert answer.status == 200, answer
    return answer.body


def names(page):
    return [each["userName"] for each in page.get("Resources", ())]


async def fill(house, count=7):
    for number in range(count):
        title = {"title": f"t{number % 3}"} if number % 2 else {}
        mail = {"emails": [{"value": f"u{number}@corp.local", "type": "work"}]}
        await house.post("/Users", user(f"u{number}", active=number != 3, externalId=f"X{number}", **title, **mail))


def test_filters_find_what_they_mean_and_nothing_else(tmp_path):
    async def scenario(house):
        await fill(house)
        for text, expected in {
            'userName eq "U3"': ["u3"],
            'externalId eq "X3"': ["u3"],
            'externalId eq "x3"': [],
            "active eq false": ["u3"],
            'userName co "u" and not (active eq true)': ["u3"],
            'emails.value ew "4@corp.local"': ["u4"],
            'emails[type eq "work" and value sw "u5"]': ["u5"],
            'userName eq "u1" or userName eq "u2"': ["u1", "u2"],
            "title pr and active eq false": ["u3"],
            'userName gt "u5"': ["u6"],
            'userName eq "nobody"': [],
        }.items():
            page = await found(house, f"filter={text}&sortBy=userName")
            assert (names(page), page["totalResults"]) == (expected, len(expected)), text

    run(tmp_path, scenario)


def test_pages_by_number_and_their_limits(tmp_path):
    async def scenario(house):
        await fill(house)
        seen = []
        for start in (1, 4, 7, 10):
            page = await found(house, f"startIndex={start}&count=3&sortBy=userName&sortOrder=descending")
            assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (7, start, len(names(page)))
            seen += names(page)
        assert seen == [f"u{number}" for number in reversed(range(7))]
        assert (await found(house, "count=0"))["totalResults"] == 7
        assert len(names(await found(house, "count=100000&startIndex=-3"))) == 7
        assert names(await found(house, f"startIndex={9**30}")) == []

    run(tmp_path, scenario)


def test_pages_by_cursor_go_there_and_back_and_nothing_is_lost_between(tmp_path):
    async def scenario(house):
        await fill(house)
        for more in ("", "&sortBy=userName", '&filter=userName sw "u"', "&sortBy=title&sortOrder=descending"):
            page, seen = await found(house, f"cursor&count=3{more}"), []
            while True:
                seen += names(page)
                if "nextCursor" not in page:
                    break
                last, page = page, await found(house, f"count=3{more}&cursor={page['nextCursor']}")
                back = await found(house, f"count=3{more}&cursor={page['previousCursor']}")
                assert names(back) == names(last), more
            assert (sorted(seen), len(seen)) == ([f"u{number}" for number in range(7)], 7), more
        page = await found(house, "cursor&count=3")
        await house.post("/Users", user("meanwhile"))
        rest = await found(house, f"count=3&cursor={page['nextCursor']}")
        assert not set(names(rest)) & set(names(page))

    run(tmp_path, scenario)


def test_a_cursor_is_good_for_its_own_question_only(tmp_path):
    async def scenario(house):
        await fill(house)
        cursor = (await found(house, "cursor&count=3"))["nextCursor"]
        for query in (
            f"cursor={cursor}x&count=3",
            f"cursor={cursor}&count=4",
            f"cursor={cursor}&count=3&sortBy=userName",
        ):
            assert (await house.call("GET", f"/Users?{query}")).status == 400
        assert (await house.call("GET", f"/Users?cursor={cursor}&count=3", None, "bridge:okta")).body["Resources"] == []

    run(tmp_path, scenario)


def test_the_root_and_searches_by_post_look_through_all_types(tmp_path):
    async def scenario(house):
        await house.post("/Users", user("ada", displayName="Same"))
        await house.post("/Devices", device("Same"))
        assert (await found(house, 'filter=displayName eq "same"', "/"))["totalResults"] == 2
        asked = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": 'displayName eq "same"',
            "count": 1,
        }
        answer = await house.call("POST", "/.search", asked)
        assert (answer.status, answer.body["totalResults"], len(answer.body["Resources"])) == (200, 2, 1)

    run(tmp_path, scenario)


def test_only_what_is_asked_for_is_told(tmp_path):
    async def scenario(house):
        await house.post("/Devices", device("amr-1"))
        only = (await found(house, "attributes=displayName", "/Devices"))["Resources"][0]
        assert set(only) == {"schemas", "id", "displayName"}
        own = (await found(house, f"attributes={ACTOR}:state,{ACTOR}:cutOff", "/Devices"))["Resources"][0]
        assert own[ACTOR] == {"state": "active"}

    run(tmp_path, scenario)
