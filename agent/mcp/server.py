"""The protocol: razbor's tools for an MCP client at the other end of stdin and stdout.

Calls are carried out one after the other in a thread of their own, so that a slow grader keeps no ping waiting.
"""

import asyncio
import json
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import anyio
from mcp import types
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from agent.mcp.desk import Answer, Desk, client_name
from agent.mcp.lines import Lines
from agent.mcp.tools import SEARCH
from transcripts.events import Json
from transcripts.version import VERSION

Context = ServerRequestContext[Any, Any]


class Protocol:
    """Takes requests to the desk, which lives in the one thread of `pool`. Made within the event loop."""

    def __init__(self, desk: Desk, pool: ThreadPoolExecutor) -> None:
        self._desk = desk
        self._pool = pool
        self._scope = anyio.CancelScope()
        self._odd: dict[Any, Any] = {}  # arguments that are no object, by request
        self.failure: BaseException | None = None

    async def serve(self) -> None:
        """Serve until the client goes, or a signal tells to stop. What went wrong with a call is in `failure`."""
        server = Server(
            "razbor", version=VERSION, instructions=self._desk.instructions,
            on_list_tools=self._list_tools, on_call_tool=self._call_tool,
        )  # fmt: skip
        server.middleware.append(self._keep_odd)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(number, self._scope.cancel)
        try:
            with self._scope:
                lines: Any = Lines(sys.stdin.fileno())  # for the SDK a file, of which it reads the lines
                async with stdio_server(stdin=lines) as (incoming, outgoing):
                    await server.run(incoming, outgoing, server.create_initialization_options())
        except* BrokenPipeError:
            pass  # the client went without reading its answers

    async def _list_tools(self, _context: Context, _params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(schema["function"]) for schema in self._desk.tools])

    async def _call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        arguments = self._odd.pop(context.request_id, params.arguments)
        raw = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
        known = context.session.client_params
        client = client_name(known.client_info.name, known.client_info.version) if known else client_name("", "")
        work = asyncio.wrap_future(self._pool.submit(self._desk.call, client, params.name, raw))
        await asyncio.wait([work])  # if the client cancels: what is begun is carried out, and on record
        if failure := work.exception():
            self.failure = failure
            self._scope.cancel()
            await anyio.sleep_forever()
        return _result(work.result())

    async def _keep_odd(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Arguments that are no object go round the protocol's own check: the tool says what it expects instead."""
        arguments = (ctx.params or {}).get("arguments")
        if ctx.method == "tools/call" and ctx.params and not isinstance(arguments, dict | None):
            self._odd[ctx.request_id] = arguments
            ctx = replace(ctx, params={**ctx.params, "arguments": None})
        return await call_next(ctx)


async def serve(desk: Desk, pool: ThreadPoolExecutor) -> None:
    """Serve one client until it goes. What goes wrong with a call, but for the call's own fault, is raised here."""
    protocol = Protocol(desk, pool)
    await protocol.serve()
    if protocol.failure:
        raise protocol.failure


def _tool(function: Json) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=function["name"] == SEARCH, destructive_hint=False, open_world_hint=False
    )  # fmt: skip
    return types.Tool(
        name=function["name"], description=function["description"], input_schema=function["parameters"],
        annotations=hints,
    )  # fmt: skip


def _result(answer: Answer) -> types.CallToolResult:
    content = [types.TextContent(text=text) for text in answer.texts]
    return types.CallToolResult(content=[*content], is_error=not answer.ok)
