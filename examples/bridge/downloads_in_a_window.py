"""A Tk window with a progress bar, while coroutines download: one thread, and the window answers all the time."""

from __future__ import annotations

import tkinter
from tkinter import ttk

import plait
from plait.bridge import guest

FILES, PIECES = 3, 20


async def serve(reader: plait.StreamReader, writer: plait.StreamWriter) -> None:
    """What would be a web server: sends a file in pieces."""
    for _ in range(PIECES):
        writer.write(bytes(1024))
        await writer.drain()
        await plait.sleep(0.001)
    writer.close()


async def download(port: int, bar: ttk.Progressbar) -> int:
    reader, writer = await plait.open_connection("127.0.0.1", port)
    size = 0
    while piece := await reader.read(1024):
        size += len(piece)
        bar.step(len(piece))
    writer.close()
    return size


async def main(root: tkinter.Tk) -> None:
    bar = ttk.Progressbar(root, maximum=FILES * PIECES * 1024 + 1)
    bar.pack()
    server = await plait.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sizes = await plait.gather(*(download(port, bar) for _ in range(FILES)))
    server.close()
    print(f"{len(sizes)} files, {sum(sizes)} bytes, the bar at {round(100 * bar['value'] / bar['maximum'])} %")


if __name__ == "__main__":
    root = tkinter.Tk()
    guest.run_in_tk(main(root), root)
