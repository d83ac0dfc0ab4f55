"""Programs as peers: pictures and sound of their own into rooms, and those of others out."""

from contextlib import AbstractAsyncContextManager
from urllib.parse import parse_qs, urlsplit

from trunkline.client import whip_session
from trunkline.client.audio_output import AudioSettings
from trunkline.client.guest import Guest, joined
from trunkline.client.link import Link
from trunkline.client.network import Network
from trunkline.client.video_output import VideoSettings
from trunkline.client.whip_session import Publisher, Viewer
from trunkline.errors import RelayError
from trunkline.model.signal import Hello
from trunkline.protocol.name import participant_name, room_name

AGENT = "trunkline (Python)"


class Peer(Link):
    """One end of a WebRTC connection in a program.

    `Peer.join` enters a room, `Peer.publish` and `Peer.watch` speak WHIP and WHEP with any server.
    A `Peer()` by itself is one connection whose offer and answer the program carries to the other
    end: `async with Peer() as peer:`.
    """

    @staticmethod
    def join(
        url: str,
        room: str | None = None,
        *,
        name: str | None = None,
        passphrase: str = "",
        network: Network | None = None,
    ) -> AbstractAsyncContextManager[Guest]:
        """Enter a room of a relay; leaving the block leaves the room.

        Args:
            url: of the relay, "https://relay.example:8443", or of the room's page.
            room: its name; not needed when the URL names it.
            name: how others see us; the relay chooses one when not given.
            passphrase: of the room, if it has one.
            network: addresses, STUN and TURN servers, certificates.

        Raises:
            Refusal: the relay does not let us in; `code` and `sentence` tell why.
            RelayError: there is no relay, or the URL names no room.
            ProtocolError: a name cannot be one.
        """
        origin, named = _place(url)
        wanted = room or named
        if wanted is None:
            raise RelayError(f"Which room? {url} names none: give it as `room`.")
        hello = Hello(
            room=room_name(wanted),
            name=participant_name(name) if name else None,
            passphrase=passphrase,
            agent=AGENT,
        )
        return joined(origin, hello, network or Network())

    @staticmethod
    def publish(
        url: str,
        *,
        video: VideoSettings | None = VideoSettings(),  # noqa: B008 - frozen
        audio: AudioSettings | None = AudioSettings(),  # noqa: B008 - frozen
        token: str | None = None,
        reconnect: bool = True,
        network: Network | None = None,
    ) -> AbstractAsyncContextManager[Publisher]:
        """Publish by WHIP (RFC 9725); leaving the block ends the session.

        Args:
            url: the endpoint: "https://relay.example:8443/whip/ROOM?name=NAME".
            video: how pictures are sent; None: there are none.
            audio: how sound is sent; None: there is none.
            token: sent as `Authorization: Bearer`; of our relays the room's passphrase.
            reconnect: begin anew when the connection ends.
            network: addresses, STUN and TURN servers, certificates.

        Raises:
            Refusal: the server does not want it; `code` and `sentence` tell why.
            RelayError: there is no server, or it speaks no WHIP.
            ConnectionLost: no media connection came about.
        """
        return whip_session.publishing(
            url, video, audio, token=token, reconnect=reconnect, network=network or Network()
        )

    @staticmethod
    def watch(
        url: str,
        *,
        video: bool = True,
        audio: bool = True,
        token: str | None = None,
        reconnect: bool = True,
        network: Network | None = None,
    ) -> AbstractAsyncContextManager[Viewer]:
        """Watch by WHEP; leaving the block ends the session.

        Args:
            url: the endpoint: "https://relay.example:8443/whep/ROOM".
            video: receive pictures.
            audio: receive sound.
            token: sent as `Authorization: Bearer`; of our relays the room's passphrase.
            reconnect: begin anew when the connection ends.
            network: addresses, STUN and TURN servers, certificates.

        Raises:
            Refusal: the server does not want it, or nobody publishes there.
            RelayError: there is no server, or it speaks no WHEP.
            ConnectionLost: no media connection came about.
        """
        return whip_session.watching(
            url,
            video=video,
            audio=audio,
            token=token,
            reconnect=reconnect,
            network=network or Network(),
        )


def _place(url: str) -> tuple[str, str | None]:
    """Scheme and host of a URL, and the room that it names, as "…/sfu?room=studio"."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RelayError(f"{url!r} is no URL of a relay: give it as https://relay.example:8443.")
    rooms = parse_qs(parts.query).get("room", [])
    return f"{parts.scheme}://{parts.netloc}", rooms[0] if rooms else None
