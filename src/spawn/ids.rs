//! Children on their way with another uid or gid, and what keeps our memory closed to that user meanwhile.
//!
//! When a process changes its ids, the kernel makes its memory undumpable: no other process of the new user may read it
//! (ptrace(2), PR_SET_DUMPABLE). Between its change of ids and its exec the child has *our* memory, so that flag is
//! ours. It must stay down until no such child is left. Then it must be put back: while it is down, this program's own
//! `/proc/self` belongs to root.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sys::dumpable::{is_dumpable, set_dumpable};

/// How many such children there are now, and the flag as it was before the first of them.
#[derive(Default)]
struct Account {
    count: usize,
    was_dumpable: bool,
}

static ACCOUNT: Mutex<Account> = Mutex::new(Account { count: 0, was_dumpable: false });

fn account() -> MutexGuard<'static, Account> {
    ACCOUNT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One child between clone and exec that changes its ids. Ends when it has left our memory.
pub(super) struct IdChange(());

impl IdChange {
    /// To be called before the clone.
    pub fn begin() -> Self {
        let mut account = account();
        if account.count == 0 {
            account.was_dumpable = is_dumpable();
        }
        account.count += 1;
        Self(())
    }
}

impl Drop for IdChange {
    fn drop(&mut self) {
        let mut account = account();
        account.count -= 1;
        if account.count == 0 && account.was_dumpable && !is_dumpable() {
            set_dumpable();
        }
    }
}
