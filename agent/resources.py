"""What several commands need: the settings, the bank and the grader that the flags ask for."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

from agent.config import Value, shelf_file
from agent.endpoints import Endpoint, choose_for_grader
from agent.models.failure import UnavailableError
from agent.telling import complain, explain, remark
from tools.bank import Bank, load
from tools.grade_answer import Grader
from tools.graders.local import LocalGrader
from tools.question import Lang
from transcripts.errors import InputError
from transcripts.reader import Transcript, read

Tell = Callable[..., None]  # tell(key, **values): what is being waited for; tell("") when nothing is


def open_bank(flags: Namespace, lang: Lang) -> Bank:
    """The questions; a file that cannot be used is named on stderr, and the others stay."""

    def tell(count: int) -> None:
        if not flags.quiet:
            remark("plain.reading_bank", lang, named=True, count=count)

    paths = [Path(path) for path in flags.bank]
    bank = load(paths, builtin=not flags.no_builtin, shelf=shelf_file(), tell=tell)
    for problem in bank.problems:
        complain(explain(problem, lang))
    return bank


def grading_endpoint(settings: Mapping[str, Value]) -> Endpoint | None:
    """Where a judge is to be asked; None where `local` grades. InputError for a judge without an endpoint."""
    name = settings["grader"].value
    endpoint = choose_for_grader(settings) if name != "local" else None
    if endpoint is None and name == "judge":
        raise InputError("error.judge_needs_endpoint")
    return endpoint


def judge_endpoint(
    settings: Mapping[str, Value], tell: Tell, interviewer: Endpoint | None = None
) -> tuple[Endpoint | None, str]:
    """The grading endpoint with its model; None where `local` grades, and why where the endpoint is at fault.

    At the interviewer's endpoint its model judges, unless another is named. InputError for a judge without an endpoint.
    """
    endpoint = grading_endpoint(settings)
    if endpoint is None:
        return None, ""
    if interviewer and not endpoint.model and endpoint.base_url == interviewer.base_url:
        return interviewer, ""
    from agent.connect import with_model

    try:
        return with_model(endpoint, settings["lang"].value, tell), ""
    except UnavailableError as error:
        return None, str(error)


def tell_judge(settings: Mapping[str, Value], interviewer: Endpoint | None, lang: Lang) -> None:
    """Name on stderr where answers go to be graded, if that is another place than the interviewer's."""
    endpoint = grading_endpoint(settings)
    if endpoint and (interviewer is None or endpoint.base_url != interviewer.base_url):
        remark("judge.elsewhere", lang, url=endpoint.base_url)


def open_transcript(path: Path, lang: str) -> Transcript:
    """A recorded interview; half a line that a crash left at its end is told of on stderr."""
    transcript = read(path)
    if transcript.torn is not None:
        tell_torn(path, len(transcript.torn), lang)
    return transcript


def tell_torn(path: Path, size: int, lang: str) -> None:
    """Say that a transcript ends in half a line of so many bytes."""
    remark("summary.torn", lang, path=path, size=size)


def open_grader(settings: Mapping[str, Value], tell: Tell, interviewer: Endpoint | None = None) -> Grader:
    """The grader that the settings ask for; without an endpoint `auto` is `local`. InputError for a judge without one.

    Where an endpoint does not say which model it serves, that is told on stderr, and `local` grades.
    """
    lang = settings["lang"].value
    endpoint, reason = judge_endpoint(settings, tell, interviewer)
    if endpoint is None:
        if reason:
            remark("judge.graded_locally", lang, named=True, reason=reason)
        return LocalGrader()
    from agent.judge import AutoGrader, judge

    return (judge if settings["grader"].value == "judge" else AutoGrader)(endpoint, settings, tell, lang)
