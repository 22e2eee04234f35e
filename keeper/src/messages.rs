//! What the program and the keeper say to each other, over a socket that keeps messages apart.

/// What the program wants of the keeper, in the first message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// All that is left is killed when the child has ended.
    pub kills_at_exit: bool,
    /// All is killed when the program has ended.
    pub dies_with_program: bool,
    /// The keeper tells the child's pid at once.
    pub tells_pid: bool,
}

impl Flags {
    pub const fn to_byte(self) -> u8 {
        self.kills_at_exit as u8 | (self.dies_with_program as u8) << 1 | (self.tells_pid as u8) << 2
    }

    pub const fn from_byte(byte: u8) -> Self {
        Self { kills_at_exit: byte & 1 != 0, dies_with_program: byte & 2 != 0, tells_pid: byte & 4 != 0 }
    }
}

/// What the program says later, a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Kill all there is.
    Kill,
    /// The child was asked to end. Should the program not be there to see to it, kill what outlives the child.
    End,
    /// The program knows of the child's end.
    Acknowledge,
}

impl Command {
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Kill => b'K',
            Self::End => b'E',
            Self::Acknowledge => b'A',
        }
    }

    /// Nothing for what is no command.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'K' => Some(Self::Kill),
            b'E' => Some(Self::End),
            b'A' => Some(Self::Acknowledge),
            _ => None,
        }
    }
}

/// How the child has ended, as waitid(2) tells: `si_code`, `si_status`, and the 18 numbers of `struct rusage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Report {
    pub code: i32,
    pub status: i32,
    pub usage: [i64; 18],
}

/// A pid, as the keeper tells it: shorter than a report.
pub const PID_BYTES: usize = 4;
pub const REPORT_BYTES: usize = size_of::<Report>();

impl Report {
    pub fn from_bytes(bytes: &[u8; REPORT_BYTES]) -> Self {
        let number = |at: usize| i64_at(bytes, at);
        let [code, status] =
            [0, 4].map(|at| i32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
        let mut usage = [0; 18];
        let mut index = 0;
        while index < usage.len() {
            usage[index] = number(8 + index * 8);
            index += 1;
        }
        Self { code, status, usage }
    }
}

fn i64_at(bytes: &[u8; REPORT_BYTES], at: usize) -> i64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    i64::from_ne_bytes(number)
}
