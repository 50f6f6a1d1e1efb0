"""The model behind an endpoint, ready to be asked. Imported only where an endpoint is configured."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace

from agent.config import Value, folder
from agent.endpoints import Endpoint
from agent.models.clock import QUICK, Limits
from agent.models.endpoint import EndpointModel
from agent.models.failure import EndpointError, UnavailableError
from agent.models.fit import Fits
from agent.models.patience import Tell
from agent.models.wire import Wire
from agent.remedy import remedy
from agent.telling import remark
from tools.question import Lang
from transcripts.errors import InputError
from transcripts.events import Json


def connect(endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell) -> EndpointModel:
    """The model behind an endpoint. Nothing is sent before its first turn."""
    wire = Wire(endpoint, limits_of(settings))
    return EndpointModel(wire, memory_of_endpoints(), tell, fixed=fixed_of(settings))


def memory_of_endpoints() -> Fits:
    """What all endpoints turned out to need."""
    return Fits(folder("state") / "endpoints.json")


def fixed_of(settings: Mapping[str, Value]) -> Json:
    """What of the form of requests the user has set, so that it is not learned."""
    fixed: Json = {} if settings["dialect"].value == "auto" else {"dialect": settings["dialect"].value}
    return fixed if settings["stream"].value else fixed | {"stream": False}


def limits_of(settings: Mapping[str, Value]) -> Limits | None:
    """How long a request may take, where that is set."""
    seconds = settings["timeout"].value
    return Limits(idle=seconds, total=5 * seconds) if seconds else None


@contextmanager
def remedied(endpoint: Endpoint, lang: Lang) -> Iterator[None]:
    """Where the endpoint fails, an UnavailableError that says what is wrong and what to do about it."""
    try:
        yield
    except EndpointError as error:
        raise UnavailableError(remedy(error, endpoint, lang)) from error


def with_model(endpoint: Endpoint, lang: Lang, tell: Tell = lambda *_, **__: None) -> Endpoint:
    """The endpoint, with the one model that it serves where none was named. UnavailableError when it does not say."""
    if endpoint.model:
        return endpoint
    tell("wait.endpoint")
    try:
        with remedied(endpoint, lang), closing(Wire(endpoint, QUICK)) as wire:
            names = wire.models()
    finally:
        tell("")
    if len(names) != 1:
        key = "error.name_model" if names else "error.no_models"
        raise InputError(key, url=endpoint.base_url, models=", ".join(names[:8]))
    remark("endpoint.using_model", lang, url=endpoint.base_url, model=names[0])
    return replace(endpoint, model=names[0])
