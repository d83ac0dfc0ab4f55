"""The core's counters as values of ours."""

# The annotations need not load the native module.
from __future__ import annotations

from typing import TYPE_CHECKING

from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Port
from trunkline.model.report import Counted, Incoming, Outgoing, Traffic

if TYPE_CHECKING:
    from trunkline import _core


def counted(event: _core.Statistics) -> Counted:
    """All of them."""
    return Counted(
        event.request,
        tuple(_traffic(transport) for transport in event.transports),
        event.datagrams_dropped,
        event.datagrams_unsent,
    )


def _traffic(transport: _core.TransportStatistics) -> Traffic:
    return Traffic(
        TransportId(transport.transport),
        transport.connected,
        transport.remote,
        transport.received,
        transport.sent,
        tuple(_incoming(producer) for producer in transport.producers),
        tuple(_outgoing(consumer) for consumer in transport.consumers),
        transport.protocol,
    )


def _incoming(producer: _core.ProducerStatistics) -> Incoming:
    return Incoming(
        mid=Mid(producer.mid),
        kind=producer.kind,
        codec=producer.codec,
        packets=producer.packets,
        bytes=producer.bytes,
        keyframes=producer.keyframes,
        keyframe_requests=producer.keyframe_requests,
        nacks=producer.nacks,
        loss=producer.loss,
    )


def _outgoing(consumer: _core.ConsumerStatistics) -> Outgoing:
    source = consumer.source
    return Outgoing(
        mid=Mid(consumer.mid),
        kind=consumer.kind,
        source=Port(TransportId(source[0]), Mid(source[1])) if source else None,
        packets=consumer.packets,
        bytes=consumer.bytes,
        retransmitted=consumer.retransmitted,
        nacks=consumer.nacks,
        keyframe_requests=consumer.keyframe_requests,
        loss=consumer.loss,
        rtt=consumer.rtt,
    )
