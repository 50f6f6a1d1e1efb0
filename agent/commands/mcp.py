"""`razbor mcp`: the tools of the interview for a model that another program runs, by the Model Context Protocol."""

import asyncio
import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor

from agent.config import resolve
from agent.exits import DONE
from agent.mcp.desk import Desk
from transcripts.errors import InputError


def run(flags: Namespace) -> int:
    """Serve one client until it goes. A failure of razbor ends the server, what was said being on disk."""
    if sys.stdin.isatty():
        raise InputError("mcp.terminal")
    settings = resolve(flags)
    with ThreadPoolExecutor(1) as pool:  # SQLite's connections stay in their thread
        desk = pool.submit(Desk, flags, settings).result()
        from agent.mcp.server import serve

        asyncio.run(serve(desk, pool))
        pool.submit(desk.close).result()
    return DONE
