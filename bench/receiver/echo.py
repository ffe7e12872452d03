"""The least that the receiver's framework and server can do with an event: read its body and answer JSON.

`python -m bench.receiver.echo` listens on a free port of 127.0.0.1 and prints its URL.
"""

from __future__ import annotations

import asyncio
import json
import socket

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def _echo(request: Request) -> JSONResponse:
    payload = json.loads(await request.body())
    return JSONResponse({"status": "success", "event_id": payload["id"]})


def main() -> None:
    """Run until SIGTERM, on the settings that the receiver uses."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/genesys-events", flush=True)
    application = Starlette(routes=[Route("/genesys-events", _echo, methods=["POST"])])
    config = uvicorn.Config(
        application, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
