from nameplate.entry.bench import replay


def test_the_draft_denies_what_it_must_and_every_answer_is_that_of_the_reference(tmp_path):
    figures = replay.run(tmp_path, 3_000)
    assert figures["newly_denied"] == figures["expected_newly_denied"] > 0
    assert figures["checked"] | {"seconds": 0} == {
        "seconds": 0,
        "answers": 2 * figures["decisions"],
        "mismatches": 0,
        "same_result": True,
    }
    assert figures["peak_rss_bytes"] > 0
    assert figures["times_reading"] > 0
