"""The server's end of WebSocket (RFC 6455), without sockets."""
