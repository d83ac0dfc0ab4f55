"""Greet whoever publishes, and say when they are gone and why.

Run it as it stands: it is a whole relay with the demonstration room. Settings come from the
environment, as TRUNKLINE_PORT=9000.
"""

import asyncio
from contextlib import suppress

import trunkline


async def main() -> None:
    """Run a relay and print what happens in its rooms."""
    settings = trunkline.load_settings({"demo": True, "tls": "off", "host": "127.0.0.1"})
    async with trunkline.Relay(settings) as relay:
        print(f"Publish to {relay.url}/whip/studio?name=you", flush=True)
        async for event in relay.events():
            match event:
                case trunkline.ParticipantJoined(room=room, name=str(name)):
                    print(f"Welcome to {room}, {name}!", flush=True)
                case trunkline.TrackStarted(room=room, kind=kind, codec=codec):
                    print(f"{room} has {kind} in {codec}", flush=True)
                case trunkline.ParticipantLeft(room=room, name=str(name), reason=reason):
                    print(f"{name} left {room}: {reason}", flush=True)
                case trunkline.EventsLost(count=count):
                    print(f"{count} events were missed", flush=True)
                case _:
                    pass


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
