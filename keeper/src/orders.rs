//! The logic of the keeper at any order of events, beside a model of what there is.

use proptest::prelude::*;

use super::*;

/// What can happen to a keeper.
#[derive(Clone, Copy, Debug)]
enum Event {
    Command(Command),
    HangUp,
    /// The child becomes a zombie.
    ChildEnds,
    /// Of those that the child has started so many have ended.
    OthersEnd(usize),
    OthersStart(usize),
    /// A turn of the program's loop. So many of the others get away from a kill, as they start others meanwhile.
    Turn(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => Just(Event::Command(Command::Kill)),
        2 => Just(Event::Command(Command::End)),
        3 => Just(Event::Command(Command::Acknowledge)),
        1 => Just(Event::HangUp),
        2 => Just(Event::ChildEnds),
        3 => (1_usize..4).prop_map(Event::OthersEnd),
        3 => (1_usize..4).prop_map(Event::OthersStart),
        6 => (0_usize..3).prop_map(Event::Turn),
    ]
}

/// The processes, the program, and what the keeper has done so far.
struct World {
    keeper: Keeper,
    has_program: bool,
    child_runs: bool,
    is_reaped: bool,
    acknowledged: bool,
    reports: usize,
    others: usize,
    missed: usize,
    /// All is to be killed, whoever starts from now on, too.
    must_kill: bool,
    was_asked_to_end: bool,
    has_exited: bool,
    flags: Flags,
}

impl World {
    fn new(flags: Flags) -> Self {
        Self {
            keeper: Keeper::new(flags),
            has_program: true,
            child_runs: true,
            is_reaped: false,
            acknowledged: false,
            reports: 0,
            others: 0,
            missed: 0,
            must_kill: false,
            was_asked_to_end: false,
            has_exited: false,
            flags,
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Command(command) if self.has_program => {
                match command {
                    Command::Kill => self.must_kill = true,
                    Command::End => self.was_asked_to_end = true,
                    Command::Acknowledge => self.acknowledged |= self.reports > 0,
                }
                let work = self.keeper.on_command(command);
                self.act(work);
            }
            Event::HangUp if self.has_program => {
                self.has_program = false;
                self.must_kill |= self.flags.dies_with_program || self.was_asked_to_end && self.reports > 0;
                let work = self.keeper.on_hang_up();
                self.act(work);
            }
            Event::ChildEnds => self.child_runs = false,
            Event::OthersEnd(count) => self.others = self.others.saturating_sub(count),
            // Somebody must be there to start them.
            Event::OthersStart(count) if self.child_runs || self.others > 0 => self.others += count,
            Event::Turn(missed) => self.turn(missed),
            _ => {}
        }
    }

    /// As `run` in main.rs.
    fn turn(&mut self, missed: usize) {
        self.missed = missed;
        if self.keeper.keeps_child() && !self.child_runs {
            let is_first = self.reports == 0 && !self.is_reaped;
            self.must_kill |= is_first && (self.flags.kills_at_exit || self.was_asked_to_end && !self.has_program);
            let work = self.keeper.on_child_end();
            self.act(work);
        }
        let is_anybody_left = self.child_runs || self.others > 0;
        let work = self.keeper.on_turn(is_anybody_left);
        assert!(work.kill || !(self.must_kill && is_anybody_left), "a kill was forgotten");
        self.act(work);
    }

    fn act(&mut self, work: Work) {
        if work.report {
            assert!(self.has_program, "nobody to be told");
            assert!(!self.child_runs, "told of an end that was not");
            self.reports += 1;
        }
        if work.reap_child {
            assert!(!self.child_runs && !self.is_reaped, "nothing to be reaped");
            assert!(self.acknowledged || !self.has_program, "the pid is free before the program knows");
            self.is_reaped = true;
        }
        if work.kill {
            assert!(self.must_kill, "nobody has asked for a kill");
            self.child_runs = false;
            self.others = self.others.min(self.missed);
        }
        if work.exit {
            assert!(self.is_reaped && self.others == 0, "somebody is left");
            self.has_exited = true;
        }
    }
}

proptest! {
    // More by PROPTEST_CASES.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_events_keeps_the_promises(byte in 0_u8..8, events in prop::collection::vec(event(), 0..40)) {
        let mut world = World::new(Flags::from_byte(byte));
        for event in events {
            world.happen(event);
            prop_assert!(world.reports <= 1, "told twice");
            if world.has_exited {
                break;
            }
        }
        // Whatever has happened, the keeper ends when all others have.
        world.child_runs = false;
        world.others = 0;
        world.turn(0);
        world.happen(Event::Command(Command::Acknowledge));
        world.happen(Event::HangUp);
        for _ in 0..2 {
            world.turn(0);
        }
        prop_assert!(world.has_exited);
        prop_assert!(world.is_reaped);
    }
}
