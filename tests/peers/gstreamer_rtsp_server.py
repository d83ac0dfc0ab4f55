"""GStreamer's RTSP server, for the system's Python: `… '{"/path": "launch line"}' LOGIN [PEM]`.

LOGIN is "user:password" or empty; PEM a file with a certificate and its key, for rtsps.

It prints its port, and serves until it is ended.
"""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer  # noqa: E402 - the versions come first


def main(mounts: dict[str, str], login: str, certificate: str = "") -> None:
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    user, _, password = login.partition(":")
    if login:
        server.set_auth(_auth(user, password, certificate))
    points = server.get_mount_points()
    for path, launch in mounts.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( {launch} )")
        if login:
            permissions = GstRtspServer.RTSPPermissions()
            for right in ("media.factory.access", "media.factory.construct"):
                permissions.add_permission_for_role("viewer", right, True)
            factory.set_permissions(permissions)
        points.add_factory(path, factory)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


def _auth(user: str, password: str, certificate: str) -> GstRtspServer.RTSPAuth:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    if certificate:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(certificate))
    return auth


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), *sys.argv[2:])
