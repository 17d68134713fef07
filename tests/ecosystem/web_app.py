"""The FastAPI and Starlette program that uvicorn, hypercorn, gunicorn and httpx have in common."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Request, Response, UploadFile, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

BIG = bytes(range(256)) * 8192  # 2 MiB


class Order(BaseModel):
    item: str
    count: Annotated[int, Field(gt=0)]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.started, app.state.left = asyncio.Event(), asyncio.Event()
    yield
    app.state.ended = True


app = FastAPI(lifespan=lifespan)


@app.get("/loop")
async def kind_of_loop() -> dict[str, str | int]:
    return {
        "process": os.getpid(),
        "loop": type(asyncio.get_running_loop()).__module__,
        "task": type(asyncio.current_task()).__module__,
        "queue": type(asyncio.Queue()).__module__,
    }


@app.post("/orders")
async def order(order: Order) -> dict[str, int | str]:
    return {"item": order.item, "total": order.count * 3}


@app.get("/threaded/{number}")
def threaded(number: int) -> int:  # FastAPI runs it in a thread, by anyio
    return number * 2


@app.post("/upload")
async def upload(file: UploadFile) -> dict[str, str]:
    return {"digest": hashlib.sha256(await file.read()).hexdigest()}


@app.post("/count")
async def count(request: Request) -> int:
    try:
        return sum([len(chunk) async for chunk in request.stream()])
    finally:
        request.app.state.left.set()


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(BIG), 65_536):
            yield BIG[start : start + 65_536]
            await asyncio.sleep(0)

    return StreamingResponse(parts(), media_type="application/octet-stream")


@app.get("/endless")
async def endless(request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        request.app.state.started.set()
        try:
            while not await request.is_disconnected():
                yield b"tick\n"
                await asyncio.sleep(0.01)
        finally:
            request.app.state.left.set()

    return StreamingResponse(parts())


@app.get("/wrong")
async def wrong() -> Response:
    raise LookupError("nothing of that name")


@app.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") == "bye":
                await socket.close(4000, "as you wish")
                return
            if message.get("text") is not None:
                await socket.send_text(message["text"].upper())
            else:
                await socket.send_bytes(message["bytes"])
    except WebSocketDisconnect:
        return
