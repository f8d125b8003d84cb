from nameplate.domain.manifests.problems import MAX_KEPT, MAX_SHOWN, Document, InvalidManifests, Problem

HERE = Document(
    "Zone",
    {"kind": "Zone"},
    {"": (3, 1), "grants": (5, 1), "grants[1]": (9, 3), "where.context.x": (7, 2)},
    "site.yaml",
    3,
)


def test_a_problem_finds_its_place_or_the_nearest_around_it():
    places = {
        "grants[1].rate": (9, 3),
        "grants[0].rate": (5, 1),
        "where.context.x[4]": (7, 2),
        "nowhere.at.all": (3, 1),
        "": (3, 1),
    }
    for where, place in places.items():
        found = Problem(where, "Wrong.", "Right it.").within(HERE)
        assert (found.file, found.line, found.column) == ("site.yaml", *place)


def test_a_document_without_positions_still_names_its_line():
    found = Problem("id", "Wrong.", "Right it.").within(Document("Zone", {}, file="a.yaml", line=4))
    assert str(found) == "a.yaml:4: id: Wrong. Right it."


def test_a_document_that_comes_from_no_file_names_only_the_field():
    assert str(Problem("id", "Wrong.", "Right it.").within(Document.of({"kind": ["x"]}))) == "id: Wrong. Right it."


def test_the_error_shows_some_and_keeps_many_but_not_all():
    error = InvalidManifests(Problem(f"f{number}", "Wrong.", "Right it.") for number in range(MAX_KEPT + 5))
    assert len(error.problems) == MAX_KEPT
    assert len(str(error).splitlines()) == MAX_SHOWN + 1
    assert error.remedy
