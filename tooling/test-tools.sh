#!/bin/sh
# Install what the tests use beside Python packages, where we may; otherwise say what to run.
# It never fails: the tests that need a tool skip, and say that it is missing.

wanted=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
    || command -v google-chrome >/dev/null || wanted="$wanted chromium"
# ip and nft are in sbin, which is not in everybody's path.
PATH="$PATH:/usr/sbin:/sbin"
command -v ip >/dev/null || wanted="$wanted iproute2"
command -v nft >/dev/null || wanted="$wanted nftables"
# Flitter draws on a display, by Mesa in software.
command -v Xvfb >/dev/null || wanted="$wanted xvfb libgl1 libegl1 libgl1-mesa-dri libglx-mesa0"
command -v turnserver >/dev/null || wanted="$wanted coturn"
command -v nginx >/dev/null || wanted="$wanted nginx-light"
# RTMP, for the tests of cameras.
[ -e /usr/lib/nginx/modules/ngx_rtmp_module.so ] || wanted="$wanted libnginx-mod-rtmp"
# GStreamer, for the system's Python: tests/peers/gstreamer_signalling_peer.py.
/usr/bin/python3 -c "import gi; gi.require_version('GstWebRTC', '1.0')
from gi.repository import Gst; Gst.init(None)
assert all(map(Gst.ElementFactory.find, ['webrtcbin', 'nicesrc', 'vp8enc', 'videotestsrc']))
" 2>/dev/null || wanted="$wanted python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-bad-1.0
    gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice"
# Its RTSP server, for the tests of cameras: tests/peers/gstreamer_rtsp_server.py.
# glib-networking is its TLS.
/usr/bin/python3 -c "import gi; gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gio; assert Gio.TlsBackend.get_default().supports_tls()
" 2>/dev/null || wanted="$wanted python3-gi gir1.2-gst-rtsp-server-1.0 glib-networking"
[ -z "$wanted" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests:" $wanted
    # shellcheck disable=SC2086 # a list of names
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq \
        --no-install-recommends $wanted; } >/dev/null </dev/null && exit 0
fi
echo "Tests that need them will be skipped:$wanted. To run them: sudo apt-get install$wanted" >&2
exit 0
