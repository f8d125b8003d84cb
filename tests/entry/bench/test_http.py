"""The HTTP benchmark on a small scale: real server, real load."""

from nameplate.entry.bench import http


def test_figures_and_ratios_of_one_run(tmp_path):
    figures = http.run(tmp_path, seconds=0.2, actors=60)
    for kind in ("empty_post", "evaluation", "batch"):
        assert figures[kind]["per_second"] > 0
        assert figures[kind]["failures"] == 0
    assert figures["evaluation_over_empty_post"] > 0
    assert figures["single_over_batched_decision"] > 0
    assert figures["batched_decision_over_empty_post"] > 0
    assert figures["management_load"]["ratio"] > 0
    assert figures["sync_floor"]["p50_ms"] > 0


def test_most_questions_lie_within_the_contract():
    asked = http.questions(100, 300)
    assert len({question["subject"]["id"] for question in asked}) > 50
    assert asked == http.questions(100, 300)
