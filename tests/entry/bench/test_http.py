"""The HTTP benchmark on a small scale: real server, real load."""

from nameplate.entry.bench import http


def test_figures_and_ratios_of_one_run(tmp_path):
    figures = http.run(tmp_path, seconds=0.2, actors=60)
    for kind in ("empty_post", "evaluation", "batch", "mixed_batch"):
        assert figures[kind]["per_second"] > 0
        assert figures[kind]["failures"] == 0
    assert figures["evaluation_over_empty_post"] > 0
    assert figures["single_over_batched_decision"] > 0
    assert figures["single_over_mixed_decision"] > 0
    assert figures["batched_decision_over_empty_post"] > 0
    assert figures["management_load"]["ratio"] > 0
    assert figures["sync_floor"]["p50_ms"] > 0


def test_most_questions_lie_within_the_contract():
    asked = http.questions(100, 300)
    assert len({question["subject"]["id"] for question in asked}) > 50
    assert asked == http.questions(100, 300)


def test_a_batch_asks_for_one_subject_and_many_resources():
    for batch in http.batches(100):
        assert batch.keys() == {"subject", "action", "context", "evaluations"}
        assert len(batch["evaluations"]) == http.BATCH
        assert {frozenset(item) for item in batch["evaluations"]} == {frozenset({"resource"})}
    assert len({batch["subject"]["id"] for batch in http.batches(100)}) > 50
    assert http.batches(100) == http.batches(100)


def test_a_mixed_batch_asks_for_many_subjects():
    for batch in http.mixed_batches(100):
        assert len({item["subject"]["id"] for item in batch["evaluations"]}) > http.BATCH // 2
