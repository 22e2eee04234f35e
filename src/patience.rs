//! Whether what may save time is worth trying, from how that went before: to wait without sleep, to rest, to have another
//! thread do it.

/// Of so many times in a row, but for two, it is left out at most: 2 to the power of this.
const MOST_DOUBLINGS: u32 = 10;

/// It pays where things come as soon as they do on a machine that has time, and that is only found out by trying: each
/// time in vain, it is left out twice as often as before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// Times in vain since the last that was not.
    in_vain: u32,
    left_out: u32,
}

impl Patience {
    /// At the moment for it: whether to try this time. Then one of the other two is to be told.
    pub fn begins(&mut self) -> bool {
        if self.left_out > 0 {
            self.left_out -= 1;
            return false;
        }
        true
    }

    /// It was not in vain.
    pub fn is_rewarded(&mut self) {
        *self = Self::default();
    }

    /// It was.
    pub fn gives_up(&mut self) {
        self.in_vain = MOST_DOUBLINGS.min(self.in_vain + 1);
        // Once in vain is no more than chance.
        self.left_out = (1 << self.in_vain) - 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often, of so many times, it waits where nothing ever comes.
    fn waits(patience: &mut Patience, times: usize) -> usize {
        let mut wait = || {
            let waits = patience.begins();
            if waits {
                patience.gives_up();
            }
            waits
        };
        (0..times).filter(|_| wait()).count()
    }

    #[test]
    fn who_gets_answers_waits_each_time() {
        let mut patience = Patience::default();
        for _ in 0..100 {
            assert!(patience.begins());
            patience.is_rewarded();
        }
    }

    #[test]
    fn who_gets_none_waits_ever_more_rarely() {
        let mut patience = Patience::default();
        assert_eq!(waits(&mut patience, 2), 2);
        assert_eq!(waits(&mut patience, 2), 0);
        assert_eq!(waits(&mut patience, 1), 1);
        assert_eq!(waits(&mut patience, 6), 0);
        assert_eq!(waits(&mut patience, 1), 1);
        assert!(waits(&mut patience, 100_000) <= 105);
    }

    #[test]
    fn one_answer_in_time_makes_up_for_all() {
        let mut patience = Patience::default();
        waits(&mut patience, 1_000);
        while !patience.begins() {}
        patience.is_rewarded();
        assert_eq!(waits(&mut patience, 2), 2);
    }
}
