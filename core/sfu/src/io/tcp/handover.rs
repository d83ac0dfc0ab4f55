//! From the worker that accepted a connection to the one whose transport it is for.

use super::{Connection, Connections, Said};

impl Connections {
    /// Gives a connection away, with what it said; it is as if it had not been read from.
    pub(crate) fn give(&mut self, mut said: Said) -> Option<Connection> {
        let mut connection = self.open.remove(&said.key)?;
        self.keys.remove(&connection.remote);
        connection.inbox = std::mem::take(&mut said.inbox);
        connection.unread = said.buffer[..said.count].to_vec();
        self.buffer = said.buffer;
        self.registry.deregister(&mut connection.stream).ok()?;
        connection.readable = true;
        Some(connection)
    }

    /// Takes a connection that another worker accepted; one that cannot be served is closed.
    pub(crate) fn take(&mut self, connection: Connection) {
        if !self.keys.contains_key(&connection.remote) {
            let _ = self.open(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::time::Duration;

    use super::super::tests::{connect, table};
    use super::super::{MAX_CONNECTIONS, MAX_STRANGERS_FROM_ONE, PATIENCE};
    use super::*;

    /// What the only connection of a table says next.
    fn said(table: &mut Connections) -> Said {
        loop {
            table.open.values_mut().for_each(|one| one.readable = true);
            let key = table.readable()[0];
            if let Some(said) = table.read(key) {
                return said;
            }
        }
    }

    #[test]
    fn a_connection_is_served_by_another_worker_with_all_that_it_said() {
        let ((mut first, to, now), (mut second, ..)) = (table(), table());
        let mut client = connect(&mut first, to, now, 1).remove(0);
        client.write_all(&[0]).expect("a stream");
        let begun = said(&mut first);
        assert_eq!(begun.first(), None, "it is not complete");
        let mut begun = begun;
        assert_eq!(begun.each(|_| ()), Ok(0));
        first.keep(begun, false);
        client.write_all(&[1, b'a', 0, 1, b'b', 0]).expect("a stream");
        let mut complete = said(&mut first);
        while complete.first().is_none() {
            assert_eq!(complete.each(|_| ()), Ok(0));
            first.keep(complete, false);
            complete = said(&mut first);
        }
        assert_eq!(complete.first().as_deref(), Some(&b"a"[..]));
        second.take(first.give(complete).expect("a connection"));
        assert!(first.open.is_empty() && first.keys.is_empty());
        assert_eq!(first.take_closed(), [], "it is open");
        assert_eq!(first.deadline(), None);

        client.write_all(&[1, b'c']).expect("a stream");
        let mut datagrams = Vec::new();
        while datagrams.len() < 3 {
            let mut said = said(&mut second);
            said.each(|datagram| datagrams.push(datagram.to_vec())).expect("frames");
            second.keep(said, true);
        }
        assert_eq!(datagrams, [b"a", b"b", b"c"]);
        assert_eq!(said_first(&mut second, &mut client), None, "it has its owner");
        second.queue(client.local_addr().expect("an address"), b"xyz");
        second.write();
        let mut answer = [0; 5];
        client.read_exact(&mut answer).expect("a stream");
        assert_eq!(answer, [0, 3, b'x', b'y', b'z']);
        second.sweep(now + PATIENCE + Duration::from_secs(1), |_| false);
        assert_eq!(second.take_closed(), [client.local_addr().expect("an address")]);
    }

    fn said_first(table: &mut Connections, client: &mut std::net::TcpStream) -> Option<Vec<u8>> {
        client.write_all(&[0, 1, b'd']).expect("a stream");
        let mut said = said(table);
        let first = said.first();
        said.each(|_| ()).expect("frames");
        table.keep(said, true);
        first
    }

    #[test]
    fn whoever_was_handed_over_has_a_place_till_the_end() {
        let ((mut first, to, now), (mut second, ..)) = (table(), table());
        for _ in 0..2 * MAX_STRANGERS_FROM_ONE {
            let mut client = connect(&mut first, to, now, 1).remove(0);
            client.write_all(&[0, 1, b'a']).expect("a stream");
            let said = said(&mut first);
            second.take(first.give(said).expect("a connection"));
        }
        assert_eq!(second.open.len(), 2 * MAX_STRANGERS_FROM_ONE, "nobody made room");
        assert_eq!((first.accepted(), second.accepted()), (2 * MAX_STRANGERS_FROM_ONE, 0));
        assert!(first.accepted() < MAX_CONNECTIONS);
        second.sweep(now + PATIENCE + Duration::from_secs(1), |_| false);
        assert_eq!(first.accepted(), 0);
    }
}
