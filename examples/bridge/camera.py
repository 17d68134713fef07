"""A camera whose driver calls back, from a thread of its own: one frame, a failure, and a stream of frames."""

import asyncio
import threading

from plait.bridge import events, promisify


class Camera:
    """What a vendor's driver looks like: every answer comes by callback, in the driver's thread."""

    def __init__(self) -> None:
        self.listeners: list[object] = []

    def capture(self, exposure: float, on_frame: object, on_error: object) -> None:
        def expose() -> None:
            if exposure > 1:
                on_error(ValueError(f"exposure of {exposure} s"))  # type: ignore[operator]
            else:
                on_frame(f"frame of {exposure} s")  # type: ignore[operator]

        threading.Timer(0.01, expose).start()

    def start_stream(self, listener: object) -> None:
        self.listeners.append(listener)

        def shoot() -> None:
            number = 0
            while self.listeners:
                number += 1
                for each in list(self.listeners):
                    each(f"frame {number}")  # type: ignore[operator]

        threading.Thread(target=shoot).start()

    def stop_stream(self, listener: object) -> None:
        self.listeners.remove(listener)


async def main() -> None:
    camera = Camera()
    capture = promisify(camera.capture, form="separate")
    print(await capture(0.5))
    try:
        await capture(2)
    except ValueError as error:
        print("failed:", error)
    async with events(camera.start_stream, camera.stop_stream, buffer=4, overflow="wait") as frames:
        async for frame in frames:
            print(frame)
            if frame == "frame 3":
                break
    print("stream stopped")


asyncio.run(main())
