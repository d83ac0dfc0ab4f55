"""Sockets, timers and certificates: everything that touches the network from asyncio."""
