//! The lines about one execution that wait to be read.
//!
//! One reader hands out the lines of all executions, and the answers to pings. It must not wait for any
//! of those who listen: whoever waits for an answer that comes later would never get it. So a queue
//! takes a line at once or never, and what waits in it is limited by the memory that it takes.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{
    OwnedSemaphorePermit, Semaphore,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// The bytes that the lines about one execution may take while they wait: several of the largest.
pub(super) const ROOM: usize = 64 << 20;

/// The bytes that a line takes beside its text, and that each of its values takes, roughly.
const LINE: usize = 256;
const VALUE: usize = 96;

/// A line as it was read.
#[derive(Debug)]
pub(super) struct Line {
    pub value: Value,
    /// The bytes of its text.
    pub bytes: usize,
    /// How many values it has, roughly.
    pub values: usize,
}

impl Line {
    fn size(&self) -> u32 {
        let size = LINE + self.bytes + VALUE * self.values;
        u32::try_from(size).unwrap_or(u32::MAX)
    }
}

/// More lines wait than there is room for. Nothing more is said about the execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// A line and its part of the room, or the end of those that found room.
type Waiting = Result<(Value, OwnedSemaphorePermit), Full>;

/// A queue with room for so many bytes.
pub(super) fn queue(room: usize) -> (Speaker, Listener) {
    let (sender, waiting) = unbounded_channel();
    let room = Arc::new(Semaphore::new(room));
    (Speaker { sender, room }, Listener(waiting))
}

/// Where lines are put in.
#[derive(Debug)]
pub(super) struct Speaker {
    sender: UnboundedSender<Waiting>,
    room: Arc<Semaphore>,
}

impl Speaker {
    /// Puts in a line, at once. Once there is no room for one, the listener is told and no more may
    /// follow.
    pub fn say(&self, line: Line) -> Result<(), Full> {
        let part = Arc::clone(&self.room).try_acquire_many_owned(line.size());
        let said = part.map_err(|_| Full);
        let result = said.as_ref().map(drop).map_err(|full| *full);
        // Whoever does not listen any more has given the execution up.
        let _ = self.sender.send(said.map(|part| (line.value, part)));
        result
    }
}

/// Where they are taken out.
#[derive(Debug)]
pub(super) struct Listener(UnboundedReceiver<Waiting>);

impl Listener {
    /// The next line, which makes room for another; `None` if the speaker is gone.
    pub async fn next(&mut self) -> Option<Result<Value, Full>> {
        let waiting = self.0.recv().await?;
        Some(waiting.map(|(line, _)| line))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Full, LINE, Line, VALUE, queue};

    fn line(number: usize) -> Line {
        Line {
            value: json!(number),
            bytes: 10,
            values: 1,
        }
    }

    #[tokio::test]
    async fn a_line_finds_room_at_once_or_never() {
        let (speaker, mut listener) = queue(2 * (LINE + VALUE + 10));
        assert_eq!(speaker.say(line(0)), Ok(()));
        assert_eq!(speaker.say(line(1)), Ok(()));
        // What has been read does not wait any more.
        assert_eq!(listener.next().await, Some(Ok(json!(0))));
        assert_eq!(speaker.say(line(2)), Ok(()));
        assert_eq!(speaker.say(line(3)), Err(Full));
        drop(speaker);
        assert_eq!(listener.next().await, Some(Ok(json!(1))));
        assert_eq!(listener.next().await, Some(Ok(json!(2))));
        assert_eq!(listener.next().await, Some(Err(Full)));
        assert_eq!(listener.next().await, None);
    }

    #[test]
    fn a_line_takes_room_for_its_text_and_its_values() {
        let (speaker, _listener) = queue(100_000);
        let (long, wide) = (
            Line {
                bytes: 100_000,
                ..line(0)
            },
            Line {
                values: 100_000 / VALUE,
                ..line(0)
            },
        );
        assert_eq!(speaker.say(long), Err(Full));
        assert_eq!(speaker.say(wide), Err(Full));
        assert_eq!(speaker.say(line(0)), Ok(()));
    }

    #[test]
    fn nobody_needs_to_listen() {
        let (speaker, listener) = queue(1_000);
        drop(listener);
        for number in 0..10 {
            assert_eq!(speaker.say(line(number)), Ok(()));
        }
    }
}
