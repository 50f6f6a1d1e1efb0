"""What goes wrong between us and an endpoint, in kinds that each have one treatment.

Here: the kinds, and what they are when no status came. What an HTTP error means is in `refusal`.
"""

MAX_DETAIL = 300  # characters of a server's own words that are shown or recorded

# kind: it may go away by itself, so the same request is sent again
TRANSIENT = frozenset({"unreachable", "timeout", "cut", "no_response", "server", "rate_limited", "loading"})
# kind: another try may sample a better turn; the request was right
SAMPLE = frozenset({"bad_sample"})

_BY_WORDS = (  # of the whole chain of causes; the first that fits decides
    ("not_tls", ("WRONG_VERSION_NUMBER", "RECORD_LAYER")),
    ("tls", ("CERTIFICATE", "SSL")),
)
_BY_CLASS = (
    ("rejected", {"UnicodeEncodeError", "UnsupportedProtocol", "InvalidURL", "LocalProtocolError"}),
    ("unreachable", {"ConnectError", "ConnectTimeout", "ProxyError"}),
    ("timeout", {"APITimeoutError", "TimeoutException"}),
)


class EndpointError(Exception):
    """The endpoint did not give a turn. `kind` says why; `detail` is in its own words, cut and harmless."""

    def __init__(self, kind: str, detail: str = "", *, status: int | None = None, retry_after: float | None = None,
                 body: str = "") -> None:  # fmt: skip
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = " ".join(detail.split())[:MAX_DETAIL]
        self.status = status
        self.retry_after = retry_after
        self.body = body


class UnavailableError(Exception):
    """An endpoint that the run depends on gives nothing. The text is for the user: what is wrong, what to do."""


def from_exception(error: BaseException) -> EndpointError:
    """The failure that an exception of openai, httpx2 or the system stands for; known by its chain of causes.

    Classes are compared by name: this module is imported before those packages are.
    """
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    own = next((one for one in chain if isinstance(one, EndpointError)), None)
    if own is not None:  # ours, raised in the midst of the package
        return own
    return EndpointError(_kind(chain), str(chain[-1]) or type(chain[-1]).__name__)


def _kind(chain: list[BaseException]) -> str:
    words = " ".join(str(one) for one in chain).upper()
    classes = {cls.__name__ for one in chain for cls in type(one).__mro__}
    if isinstance(chain[0], ValueError) and "PROXY" in words:
        return "proxy"
    by_words = (kind for kind, signs in _BY_WORDS if any(sign in words for sign in signs))
    by_class = (kind for kind, names in _BY_CLASS if names & classes)
    return next(by_words, None) or next(by_class, "cut")
