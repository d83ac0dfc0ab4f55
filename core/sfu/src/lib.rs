//! The media core of trunkline: selective forwarding over `str0m`.
//!
//! [`Sfu`] is sans-IO: it is given datagrams, commands and the time, and hands datagrams and events
//! back. Only [`io`] has sockets, threads and a clock. The core knows transports, producers and
//! consumers; rooms and names are Python's business.

mod arrival;
mod assembly;
mod clock;
mod codec;
mod consumer;
mod demux;
mod descriptor;
mod directory;
mod egress;
pub mod endpoint;
mod flow;
mod group;
mod hearing;
mod ice;
pub mod io;
mod keyframe;
mod layers;
mod loudness;
mod message;
mod negotiation;
mod offering;
mod packet;
mod panics;
mod paths;
pub mod payload;
mod producer;
mod replay;
mod rewrite;
mod routes;
mod sdp;
mod sfu;
mod signature;
mod size;
mod speakers;
mod stall;
mod statistics;
mod subscription;
mod switch;
mod ticket;
mod timers;
mod transport;
mod words;

pub use clock::WallClock;
pub use codec::starts_keyframe;
pub use directory::{Directory, WorkerId};
pub use group::Budget;
pub use message::Message;
pub use negotiation::publishes;
pub use sfu::{Outbox, Settings, Sfu};
pub use statistics::{ConsumerStatistics, ProducerStatistics, Statistics, TransportStatistics};
pub use ticket::{Backlog, Ticket};
pub use words::{
    CloseCode, Command, Direction, Event, Label, LayerDescription, MediaDescription, MediaKey,
    MediaKind, Mid, OfferedMedium, Protocol, RefusalCode, Remote, TapId, Tapped, TransportId,
};
