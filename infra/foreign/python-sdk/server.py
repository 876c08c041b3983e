"""A server on the official Python SDK, over Streamable HTTP: `server.py PORT`, as the SDK's documentation writes one."""

import json
import os
import sys

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.types import ToolAnnotations
from typing_extensions import TypedDict

mcp = MCPServer("python-sdk", log_level="WARNING")
read_only = ToolAnnotations(read_only_hint=True)

# In the memory of this process: what another replica was told is not known here.
notes: dict[str, str] = {}
NOTES_MAX = 100_000


def ledger(event: str, tool: str, ctx: Context) -> None:
    """One line for each begin and commit, on the disk before the answer leaves (docs/ledger.md)."""
    op_id = (ctx.request_context.meta or {}).get("io.mcp-windtunnel/opId")
    if op_id is not None:
        print(json.dumps({"windtunnel": event, "opId": op_id, "tool": tool}), flush=True)


class Text(TypedDict):
    text: str


class Sum(TypedDict):
    sum: float


class Waited(TypedDict):
    waitedMs: int


class Note(TypedDict):
    key: str
    text: str | None


@mcp.tool(annotations=read_only)
async def echo(text: str) -> Text:
    """Says what it was told"""
    return {"text": text}


@mcp.tool(annotations=read_only)
async def add(a: float, b: float) -> Sum:
    """Adds two numbers"""
    return {"sum": a + b}


@mcp.tool(annotations=read_only)
async def wait(ms: int) -> Waited:
    """Answers after so many milliseconds"""
    await anyio.sleep(ms / 1000)
    return {"waitedMs": ms}


@mcp.tool(annotations=ToolAnnotations(read_only_hint=False, destructive_hint=False))
async def remember(key: str, text: str, ctx: Context) -> Note:
    """Keeps a text under a key, in the memory of this replica"""
    ledger("begin", "remember", ctx)
    if len(notes) >= NOTES_MAX:
        notes.pop(next(iter(notes)))
    notes[key] = text
    ledger("commit", "remember", ctx)
    return {"key": key, "text": text}


@mcp.tool(annotations=read_only)
async def recall(key: str) -> Note:
    """The text under a key, or null"""
    return {"key": key, "text": notes.get(key)}


if __name__ == "__main__":
    # Within a container it listens on every address of it.
    host = os.environ.get("HOST", "127.0.0.1")
    mcp.run("streamable-http", host=host, port=int(sys.argv[1]), stateless_http="--sessionless" in sys.argv)
