import re

from nameplate.entry.manage.console.render import STATIC
from tests.entry.manage.console.browsing import look
from tests.house.tree import SOURCE

DEMO = (SOURCE / "entry" / "demo" / "building.yaml").read_text()
SITES = """
{kind: Site, id: annex, timezone: UTC}
---
{kind: Site, id: clinic, timezone: UTC}
---
{kind: Zone, id: L1-lobby, site: clinic, public: true}
"""


def test_a_plan_is_shown_drawn_and_in_words(own_world):
    assert "No site has a plan yet" in look(own_world, "/console/plan").text
    own_world.apply(SITES)
    for site in ("clinic", "annex"):
        own_world.server.client.post(f"/v1/sites/{site}/plan", {"map": DEMO})
    seen = look(own_world, "/console/plan?site=clinic")
    assert "<svg " in seen.html
    assert "Plan of clinic" in seen.text
    assert "L1-lab-entrance" in seen.text
    assert 'href="/console/plan?site=annex"' in seen.html
    own_world.run("zone", "lockdown", "L1-lobby", "--reason", "Spill")
    assert "L1-lobby yes locked down" in look(own_world, "/console/plan?site=clinic&level=L1").text
    assert look(own_world, "/console/plan?site=clinic&level=L9").status == 404
    assert look(own_world, "/console/plan?site=nowhere").status == 404


def test_nothing_in_it_is_inline_and_every_class_has_its_colours(own_world):
    own_world.apply(SITES)
    own_world.server.client.post("/v1/sites/clinic/plan", {"map": DEMO})
    seen = look(own_world, "/console/plan")
    assert "style-src 'self'" in seen.headers["content-security-policy"]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", seen.html)
    drawing = seen.html.partition("<svg ")[2].partition("</svg>")[0]
    classes = {name for each in re.findall(r'class="([^"]*)"', drawing) for name in each.split()}
    css = (STATIC / "plan.css").read_text()
    assert classes
    assert {name for name in classes if f".{name}" not in css} == set()


def test_a_stranger_is_sent_to_sign_in(world):
    assert look(world, "/console/plan", "anonymous").status == 303
