use std::time::Duration;

use bfd_api::v1;
use bfd_proto::{Diagnostic, Path, PathProblem, State};

use super::{diagnostic, duration, path_problem, state};

#[test]
fn states_and_diagnostics_are_shifted_by_one() {
    for (number, named) in (1..).zip(State::ALL) {
        assert_eq!(state(named) as i32, number);
    }
    for code in 0..=8 {
        assert_eq!(
            diagnostic(Diagnostic::from_bits(code)) as i32,
            i32::from(code) + 1
        );
    }
    for code in 9..32 {
        let unnamed = v1::DiagnosticCode::DIAGNOSTIC_CODE_UNSPECIFIED;
        assert_eq!(diagnostic(Diagnostic::from_bits(code)), unnamed);
    }
}

#[test]
fn each_path_problem_has_a_name_of_its_own() {
    let mut names: Vec<i32> = PathProblem::ALL
        .into_iter()
        .map(|problem| path_problem(Path::Waiting(problem)) as i32)
        .collect();
    names.push(path_problem(Path::Ready) as i32);
    names.sort_unstable();
    assert_eq!(names, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn durations_keep_their_fraction() {
    let field = duration(Duration::from_micros(1_300_000));
    let value = field.as_option().expect("set");
    assert_eq!((value.seconds, value.nanos), (1, 300_000_000));
}
