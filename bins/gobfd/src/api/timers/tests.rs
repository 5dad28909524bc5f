use bfd_api::v1::SetSessionTimersRequest;
use bfd_control::{TimerChange, TimerOverride};
use bfd_proto::{DetectMult, Interval, Micros};
use buffa::view::MessageView as _;
use buffa::{Message as _, MessageField};
use buffa_types::google::protobuf::Duration;
use connectrpc::ErrorCode;

use super::{change, laid_over};

fn read(
    fill: impl FnOnce(&mut SetSessionTimersRequest),
) -> Result<TimerChange, (ErrorCode, String)> {
    let mut request = SetSessionTimersRequest::default();
    fill(&mut request);
    let octets = request.encode_to_bytes();
    let view = bfd_api::v1::__buffa::view::SetSessionTimersRequestView::decode_view(&octets);
    change(&view.expect("our own octets"))
        .map_err(|error| (error.code, error.message.unwrap_or_default()))
}

fn duration(seconds: i64, nanos: i32) -> MessageField<Duration, buffa::Inline<Duration>> {
    MessageField::some(Duration {
        seconds,
        nanos,
        ..Default::default()
    })
}

#[test]
fn what_is_given_is_laid_over_and_nothing_else() {
    let change = read(|request| {
        request.required_min_rx_interval = duration(0, 50_000_000);
    });
    let lay = TimerOverride {
        required_min_rx: Interval::new(Micros(50_000)),
        ..TimerOverride::default()
    };
    assert_eq!(change, Ok(TimerChange { reset: false, lay }));
    assert_eq!(laid_over(&lay), "required_min_rx");

    let all = read(|request| {
        request.reset = true;
        request.desired_min_tx_interval = duration(1, 0);
        request.required_min_rx_interval = duration(2, 0);
        request.detect_multiplier = 255;
    });
    let all = all.expect("fine");
    assert!(all.reset);
    assert_eq!(all.lay.detect_mult, DetectMult::new(255));
    assert_eq!(
        laid_over(&all.lay),
        "desired_min_tx,required_min_rx,detect_mult"
    );
}

#[test]
fn reset_alone_is_enough() {
    let change = read(|request| request.reset = true).expect("fine");
    assert!(change.lay.is_empty());
}

#[test]
fn faults_are_one_sentence_each() {
    type Fill = fn(&mut SetSessionTimersRequest);
    let cases: [(Fill, &str); 5] = [
        (
            |_| (),
            "nothing to set: give an interval, the detect multiplier or reset",
        ),
        (
            |request| request.detect_multiplier = 256,
            "value 256: detect multiplier exceeds maximum 255",
        ),
        (
            |request| request.desired_min_tx_interval = duration(0, 0),
            "desired min TX interval must be > 0",
        ),
        (
            |request| request.required_min_rx_interval = duration(0, 999),
            "required min RX interval must be at least one microsecond",
        ),
        (
            |request| request.required_min_rx_interval = duration(4295, 0),
            "required min RX interval: wire interval must fit uint32 microseconds",
        ),
    ];
    for (fill, sentence) in cases {
        let fault = read(fill).expect_err(sentence);
        assert_eq!(fault, (ErrorCode::InvalidArgument, sentence.to_owned()));
    }
}
