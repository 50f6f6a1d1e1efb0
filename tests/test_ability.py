"""What holds of the model of ability, whatever scores come."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.ability import OWN, SHARED, TOPICS, Ability, unknown

LEVELS = st.sampled_from(["junior", "middle", "senior", None])
SCORES = st.lists(st.tuples(st.sampled_from(TOPICS), LEVELS, st.floats(0, 10)), max_size=30)
ROUNDING = 1e-9


def after(scores: list[tuple[str, str | None, float]]) -> Ability:
    ability = unknown()
    for topic, level, score in scores:
        ability.observe(topic, level, score)
    return ability


def is_positive_definite(matrix: list[list[float]]) -> bool:
    """By elimination: every pivot is above 0, and the matrix is symmetric."""
    rows = [list(row) for row in matrix]
    symmetric = all(abs(a - rows[j][i]) < ROUNDING for i, row in enumerate(rows) for j, a in enumerate(row))
    pivots = []
    for k, row in enumerate(rows):
        pivots.append(row[k])
        if row[k] <= 0:
            return False
        for below in rows[k + 1 :]:
            factor = below[k] / row[k]
            below[:] = [value - factor * own for value, own in zip(below, row, strict=True)]
    return symmetric and min(pivots) > 0


@settings(max_examples=50)
@given(SCORES, st.floats(0, 1000))
def test_the_covariance_stays_positive_definite(scores: list[tuple[str, str | None, float]], days: float) -> None:
    ability = after(scores)
    assert is_positive_definite(ability.covariance)
    ability.age(days)
    assert is_positive_definite(ability.covariance)


@settings(max_examples=50)
@given(SCORES, st.sampled_from(TOPICS), LEVELS, st.floats(0, 10))
def test_a_score_makes_every_topic_surer_and_its_own_most(
    scores: list[tuple[str, str | None, float]], topic: str, level: str | None, score: float
) -> None:
    before = after(scores)
    now = before.copy()
    now.observe(topic, level, score)
    left = [now.covariance[i][i] / before.covariance[i][i] for i in range(len(TOPICS))]
    assert all(share <= 1 + ROUNDING for share in left)
    assert left[TOPICS.index(topic)] < 1
    assert left[TOPICS.index(topic)] <= min(left) + ROUNDING


@settings(max_examples=50)
@given(SCORES, st.sampled_from(TOPICS), LEVELS)
def test_what_is_expected_is_a_score_and_lies_in_its_interval(
    scores: list[tuple[str, str | None, float]], topic: str, level: str | None
) -> None:
    ability = after(scores)
    low, high = ability.interval(topic)
    assert 0 <= low < ability.expected(topic) < high <= 10
    assert 0 <= ability.expected(topic, level) <= 10
    assert ability.information(topic, level) >= 0


@settings(max_examples=50)
@given(SCORES, st.sampled_from(TOPICS), LEVELS)
def test_a_better_score_never_lowers_the_estimate(
    scores: list[tuple[str, str | None, float]], topic: str, level: str | None
) -> None:
    means = []
    for score in (0.0, 2.5, 5.0, 7.5, 10.0):
        ability = after(scores)
        ability.observe(topic, level, score)
        means.append(ability.mean[TOPICS.index(topic)])
    assert means == sorted(means)


@given(SCORES, st.floats(0, 10_000))
def test_age_forgets_no_more_than_was_unknown(scores: list[tuple[str, str | None, float]], days: float) -> None:
    ability = after(scores)
    before = [ability.covariance[i][i] for i in range(len(TOPICS))]
    ability.age(days)
    now = [ability.covariance[i][i] for i in range(len(TOPICS))]
    assert all(was <= value <= SHARED**2 + OWN**2 + ROUNDING for was, value in zip(before, now, strict=True))


@settings(max_examples=30)
@given(SCORES, st.sets(st.sampled_from(TOPICS), min_size=1), st.integers())
def test_some_topic_is_the_weakest_the_same_for_the_same_seed(
    scores: list[tuple[str, str | None, float]], topics: set[str], seed: int
) -> None:
    ability = after(scores)
    weakest = ability.weakest(topics, seed)
    assert set(weakest) == topics
    assert abs(sum(weakest.values()) - 1) < ROUNDING
    assert weakest == ability.weakest(sorted(topics, reverse=True), seed)


def test_the_topic_of_low_scores_is_found() -> None:
    ability = after([(topic, "middle", 1.0 if topic == "mlops" else 9.0) for topic in TOPICS] * 3)
    weakest = ability.weakest(TOPICS, 1)
    assert weakest["mlops"] > 0.95
    assert ability.expected("mlops") < 3
    assert ability.expected("ranking") > 7
