"""One warm process for all tests here."""

from collections.abc import Iterator

import pytest

from tests.warm import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm("kubernetes-primitives") as process:
        yield process
