"""Does the planner find the weakest topic? Simulated candidates on the built-in bank, the planner against chance.

    python -m tests.benchmarks.adaptive [--candidates 500] [--seed 0] [--worlds]

The planner is `Planner.choose` itself. Chance is asked twice: with razbor's model of ability, and with the plain mean
of each topic's scores (a topic that was not asked: the overall mean). The same candidate gives the same score to the
same question, whoever asks it. With --worlds, also with other standard deviations than those that the model assumes.
"""

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.intervals import mean, ratio, root, shown
from tests.benchmarks.simulated import Candidate, World, by_chance, by_planner, candidate, estimated, logistic
from tests.benchmarks.tables import table
from tools.ability import OWN, SHARED, TOPICS
from tools.bank import load
from tools.planner import Tried
from tools.question import Question

LENGTHS = (5, 8, 12, 16)
MAIN = 8
EDGE = 0.02  # a mean score of 0 or 10 is taken for this share less extreme, or its logit would be infinite
OTHER_WORLDS = (World(own=0.8), World(own=1.6), World(noise=1.0), World(noise=2.0))
Course = Callable[[Sequence[Question], Candidate, int], list[Tried]]


@dataclass(frozen=True)
class Outcome:
    """What came of one interview with one candidate."""

    found: bool  # the topic of the lowest estimate is the weakest
    likely: bool  # the topic most probably the weakest is
    regret: float  # logits by which the topic named is better than the weakest
    error: float  # mean square over the topics, in logits
    error_points: float  # likewise, of the score expected on a middle question
    covered: int  # topics
    spent: int  # questions on the weakest topic
    revisited: bool  # it was asked about twice or more


def outcome(who: Candidate, tried: Sequence[Tried], estimate: Mapping[str, float], likely: str) -> Outcome:
    """Compare an estimate, in logits, with the candidate's abilities."""
    lowest = min(estimate, key=estimate.__getitem__)
    pairs = [(estimate[topic], able) for topic, able in who.ability.items()]
    spent = sum(one.question.topic == who.weakest for one in tried)
    return Outcome(
        found=lowest == who.weakest, likely=likely == who.weakest,
        regret=who.ability[lowest] - who.ability[who.weakest],
        error=mean([(a - b) ** 2 for a, b in pairs]),
        error_points=mean([(10 * (logistic(a) - logistic(b))) ** 2 for a, b in pairs]),
        covered=len({one.question.topic for one in tried}), spent=spent, revisited=spent > 1,
    )  # fmt: skip


def by_model(who: Candidate, tried: Sequence[Tried]) -> Outcome:
    """The estimate of razbor's model of ability."""
    ability = estimated(tried)
    estimate = {topic: ability.mean[TOPICS.index(topic)] for topic in who.ability}
    weakest = ability.weakest(who.ability, f"judge/{who.seed}")
    return outcome(who, tried, estimate, max(weakest, key=weakest.__getitem__))


def by_means(who: Candidate, tried: Sequence[Tried]) -> Outcome:
    """The estimate of plain means."""
    scores: dict[str, list[float]] = {}
    for one in tried:
        scores.setdefault(one.question.topic, []).append(one.score or 0.0)
    overall = mean([one.score or 0.0 for one in tried])
    estimate = {topic: _logit(mean(scores.get(topic, [overall])) / 10) for topic in who.ability}
    return outcome(who, tried, estimate, min(estimate, key=estimate.__getitem__))


def by_oracle(who: Candidate, tried: Sequence[Tried]) -> Outcome:
    """The estimate of one who sees the true ability in each topic that was asked; of the others, what follows."""
    seen = [who.ability[topic] for topic in sorted({one.question.topic for one in tried})]
    shared = mean(seen) * SHARED**2 / (SHARED**2 + OWN**2 / len(seen))
    topics = {one.question.topic for one in tried}
    estimate = {topic: able if topic in topics else shared for topic, able in who.ability.items()}
    return outcome(who, tried, estimate, min(estimate, key=estimate.__getitem__))


def _logit(share: float) -> float:
    inside = min(max(share, EDGE), 1 - EDGE)
    return math.log(inside / (1 - inside))


WAYS: dict[str, tuple[Course, Callable[[Candidate, Sequence[Tried]], Outcome]]] = {
    "planner": (by_planner, by_model),
    "chance": (by_chance, by_model),
    "chance, plain means": (by_chance, by_means),
}
CEILINGS = {"planner, oracle": (by_planner, by_oracle), "chance, oracle": (by_chance, by_oracle)}
Results = dict[str, dict[int, list[Outcome]]]


def simulate(questions: Sequence[Question], people: Sequence[Candidate], lengths: Sequence[int]) -> Results:
    """The outcomes by way and number of questions."""
    found: Results = {}
    for course in (by_planner, by_chance):
        courses = [course(questions, who, max(lengths)) for who in people]
        for name, (by, judge) in (WAYS | CEILINGS).items():
            if by is course:
                found[name] = {
                    n: [judge(who, tried[:n]) for who, tried in zip(people, courses, strict=True)] for n in lengths
                }
    return found


def of(outcomes: Sequence[Outcome], name: str) -> list[float]:
    return [float(getattr(one, name)) for one in outcomes]


def main_table(results: Results, asked: int, title: str) -> None:
    """All that is measured, after so many questions."""
    names, rows = [*WAYS, *CEILINGS], list[list[str]]()
    for label, field in (("weakest topic named", "found"), ("the same, by probability", "likely")):
        rows.append([label, *(shown(of(results[name][asked], field)) for name in names)])
    rows.append(["regret, logits", *(shown(of(results[name][asked], "regret")) for name in names)])
    for label, field in (("error, logits", "error"), ("error, points", "error_points")):
        rows.append([label, *(root(of(results[name][asked], field)) for name in names)])
    for label, field in (("topics covered", "covered"), ("questions on the weakest", "spent")):
        rows.append([label, *(shown(of(results[name][asked], field), 1) for name in names)])
    table(title, ["", *names], rows)


def ratios(results: Results, lengths: Sequence[int], title: str) -> None:
    """The planner's figures divided by those of chance."""
    rows = []
    for n in lengths:
        planner = results["planner"][n]
        for name in ("chance", "chance, plain means"):
            other = results[name][n]
            rows.append([
                f"{n} questions, to {name}",
                *(f"{mean(of(x, 'found')):.2f}" for x in (planner, other)),
                ratio(of(planner, "found"), of(other, "found")),
                ratio(of(planner, "likely"), of(other, "likely")),
                ratio(of(planner, "error"), of(other, "error"), 0.5),
                ratio(of(planner, "error_points"), of(other, "error_points"), 0.5),
            ])  # fmt: skip
        oracle = [of(results[f"{name}, oracle"][n], "found") for name in ("planner", "chance")]
        rows.append([f"{n} questions, both oracles", *(f"{mean(x):.2f}" for x in oracle), ratio(*oracle), "", "", ""])
    table(title, ["ratios", "planner", "other", "named", "named by prob.", "error, logits", "error, points"], rows)


def everything(questions: Sequence[Question], people: Sequence[Candidate]) -> None:
    """What is reached once all questions were asked, in whatever order."""
    outcomes = [by_model(who, [who.tries(question) for question in questions]) for who in people]
    print(f"\nAfter all {len(questions)} questions: named {shown(of(outcomes, 'found'))}, "
          f"error {root(of(outcomes, 'error'))} logits, {root(of(outcomes, 'error_points'))} points")  # fmt: skip


def one_weakness(results: Results, lengths: Sequence[int]) -> None:
    """Candidates who are worse in exactly one topic."""
    rows = [
        [f"{n} questions, {name}", *(shown(of(results[name][n], field)) for field in ("found", "likely", "revisited")),
         shown(of(results[name][n], "spent"), 1)]
        for n in lengths for name in WAYS
    ]  # fmt: skip
    head = ["", "named", "named by probability", "revisited", "questions on it"]
    table("Weak by 2 logits in one topic, alike in all others", head, rows)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="of the first candidate")
    parser.add_argument("--worlds", action="store_true", help="other standard deviations as well")
    flags = parser.parse_args()
    questions, seeds = list(load().questions.values()), range(flags.seed, flags.seed + flags.candidates)
    people = [candidate(questions, World(), seed) for seed in seeds]
    print(f"{len(people)} candidates, {len(questions)} questions, {len(people[0].ability)} topics. {World()}")
    results = simulate(questions, people, LENGTHS)
    main_table(results, MAIN, f"After {MAIN} questions, with 95 % intervals")
    ratios(results, LENGTHS, "The planner divided by chance; both with the same candidates")
    everything(questions, people)
    weak = [candidate(questions, World(), seed, weak_by=2.0) for seed in seeds]
    one_weakness(simulate(questions, weak, LENGTHS), LENGTHS)
    for world in OTHER_WORLDS if flags.worlds else ():
        others = [candidate(questions, world, seed) for seed in seeds]
        ratios(simulate(questions, others, (MAIN,)), (MAIN,), f"{world}")


if __name__ == "__main__":
    main()
