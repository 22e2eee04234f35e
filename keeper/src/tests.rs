use super::*;
use messages::{Report, REPORT_BYTES};

const NONE: Flags = Flags { kills_at_exit: false, dies_with_program: false, tells_pid: false };
const NOTHING: Work = Work { report: false, reap_child: false, kill: false, exit: false };

#[test]
fn a_child_is_reported_once_and_reaped_when_the_program_knows() {
    let mut keeper = Keeper::new(NONE);
    assert_eq!(keeper.on_child_end(), Work { report: true, ..NOTHING });
    assert_eq!(keeper.on_child_end(), NOTHING);
    assert!(keeper.keeps_child());
    assert_eq!(keeper.on_command(Command::Acknowledge), Work { reap_child: true, ..NOTHING });
    assert!(!keeper.keeps_child());
    assert_eq!(keeper.on_command(Command::Acknowledge), NOTHING);
    assert_eq!(keeper.on_turn(false), Work { exit: true, ..NOTHING });
}

#[test]
fn what_the_child_has_left_keeps_the_keeper() {
    let mut keeper = Keeper::new(NONE);
    keeper.on_child_end();
    keeper.on_command(Command::Acknowledge);
    assert_eq!(keeper.on_turn(true), NOTHING);
}

#[test]
fn nothing_ends_before_the_child() {
    assert_eq!(Keeper::new(NONE).on_turn(false), NOTHING);
    assert_eq!(Keeper::new(NONE).on_command(Command::Acknowledge), NOTHING);
}

#[test]
fn with_the_childs_end_all_is_killed_if_asked_for() {
    let mut keeper = Keeper::new(Flags { kills_at_exit: true, ..NONE });
    assert_eq!(keeper.on_child_end(), Work { report: true, kill: true, ..NOTHING });
    assert_eq!(keeper.on_turn(true), Work { kill: true, ..NOTHING });
}

#[test]
fn with_the_programs_end_all_is_killed_if_asked_for() {
    let mut keeper = Keeper::new(Flags { dies_with_program: true, ..NONE });
    assert_eq!(keeper.on_hang_up(), Work { kill: true, ..NOTHING });
    assert_eq!(keeper.on_child_end(), Work { kill: true, reap_child: true, ..NOTHING });
    assert_eq!(keeper.on_turn(false), Work { exit: true, ..NOTHING });
}

#[test]
fn without_a_program_the_child_goes_on_and_is_reaped_at_its_end() {
    let mut keeper = Keeper::new(NONE);
    assert_eq!(keeper.on_hang_up(), NOTHING);
    assert_eq!(keeper.on_child_end(), Work { reap_child: true, ..NOTHING });
}

#[test]
fn an_end_that_nobody_has_acknowledged_is_let_go_with_the_program() {
    let mut keeper = Keeper::new(NONE);
    keeper.on_child_end();
    assert_eq!(keeper.on_hang_up(), Work { reap_child: true, ..NOTHING });
}

#[test]
fn a_kill_is_asked_for_until_nobody_is_left() {
    let mut keeper = Keeper::new(NONE);
    assert_eq!(keeper.on_command(Command::Kill), Work { kill: true, ..NOTHING });
    for _ in 0..3 {
        assert_eq!(keeper.on_turn(true), Work { kill: true, ..NOTHING });
    }
}

#[test]
fn what_outlives_an_ended_child_is_left_to_the_program_while_it_is_there() {
    let mut keeper = Keeper::new(NONE);
    assert_eq!(keeper.on_command(Command::End), NOTHING);
    assert_eq!(keeper.on_child_end(), Work { report: true, ..NOTHING });
    assert_eq!(keeper.on_command(Command::Acknowledge), Work { reap_child: true, ..NOTHING });
    assert_eq!(keeper.on_turn(true), NOTHING);
    assert_eq!(keeper.on_hang_up(), Work { kill: true, ..NOTHING });
    assert_eq!(keeper.on_turn(true), Work { kill: true, ..NOTHING });
}

#[test]
fn a_child_that_was_asked_to_end_may_do_so_without_the_program_and_takes_the_rest_along() {
    let mut keeper = Keeper::new(NONE);
    keeper.on_command(Command::End);
    assert_eq!(keeper.on_hang_up(), NOTHING);
    assert_eq!(keeper.on_turn(true), NOTHING);
    assert_eq!(keeper.on_child_end(), Work { kill: true, reap_child: true, ..NOTHING });
    assert_eq!(keeper.on_turn(true), Work { kill: true, ..NOTHING });
}

#[test]
fn a_zombie_is_kept_from_its_report_to_its_reaping() {
    let mut keeper = Keeper::new(NONE);
    assert!(!keeper.keeps_zombie());
    keeper.on_child_end();
    assert!(keeper.keeps_zombie());
    keeper.on_command(Command::Acknowledge);
    assert!(!keeper.keeps_zombie());
}

#[test]
fn a_report_crosses_as_bytes() {
    let report = Report { code: -1, status: i32::MAX, usage: core::array::from_fn(|index| i64::MIN + index as i64) };
    let mut bytes = [0; REPORT_BYTES];
    bytes[..4].copy_from_slice(&report.code.to_ne_bytes());
    bytes[4..8].copy_from_slice(&report.status.to_ne_bytes());
    for (index, number) in report.usage.iter().enumerate() {
        bytes[8 + index * 8..16 + index * 8].copy_from_slice(&number.to_ne_bytes());
    }
    assert_eq!(Report::from_bytes(&bytes), report);
}

#[test]
fn flags_and_commands_cross_as_bytes() {
    for byte in 0..8 {
        assert_eq!(Flags::from_byte(byte).to_byte(), byte);
    }
    for command in [Command::Kill, Command::End, Command::Acknowledge] {
        assert_eq!(Command::from_byte(command.to_byte()), Some(command));
    }
    assert_eq!(Command::from_byte(0), None);
}
