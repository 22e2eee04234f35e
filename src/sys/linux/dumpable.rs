//! Whether other processes of this user may read our memory: prctl(2), PR_GET_DUMPABLE and PR_SET_DUMPABLE.

use rustix::process::{dumpable_behavior, set_dumpable_behavior, DumpableBehavior};

pub fn is_dumpable() -> bool {
    dumpable_behavior() == Ok(DumpableBehavior::Dumpable)
}

/// Nothing can be done where it is refused.
pub fn set_dumpable() {
    let _ = set_dumpable_behavior(DumpableBehavior::Dumpable);
}
