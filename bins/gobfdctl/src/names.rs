//! What the values of the schema are called in the output.

use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::{
    AuthenticationType, BgpWish, DiagnosticCode, PathProblem, SessionRole, SessionState,
    SessionType,
};

/// Declares a function from the known value of an enum, if any, to its printed name.
macro_rules! names {
    ($function:ident, $kind:ident, $otherwise:literal, $($value:ident => $name:literal),+ $(,)?) => {
        pub(crate) fn $function(value: Option<$kind>) -> &'static str {
            match value {
                $(Some($kind::$value) => $name,)+
                _ => $otherwise,
            }
        }
    };
}

names!(state, SessionState, "Unknown",
    SESSION_STATE_ADMIN_DOWN => "AdminDown",
    SESSION_STATE_DOWN => "Down",
    SESSION_STATE_INIT => "Init",
    SESSION_STATE_UP => "Up",
);

names!(kind, SessionType, "unknown",
    SESSION_TYPE_SINGLE_HOP => "single-hop",
    SESSION_TYPE_MULTI_HOP => "multi-hop",
    SESSION_TYPE_ECHO => "echo",
    SESSION_TYPE_MICRO_BFD => "micro-bfd",
    SESSION_TYPE_VXLAN => "vxlan",
    SESSION_TYPE_GENEVE => "geneve",
);

names!(diagnostic, DiagnosticCode, "Unknown",
    DIAGNOSTIC_CODE_NONE => "None",
    DIAGNOSTIC_CODE_CONTROL_TIME_EXPIRED => "ControlTimeExpired",
    DIAGNOSTIC_CODE_ECHO_FAILED => "EchoFailed",
    DIAGNOSTIC_CODE_NEIGHBOR_DOWN => "NeighborDown",
    DIAGNOSTIC_CODE_FORWARDING_RESET => "ForwardingReset",
    DIAGNOSTIC_CODE_PATH_DOWN => "PathDown",
    DIAGNOSTIC_CODE_CONCAT_PATH_DOWN => "ConcatPathDown",
    DIAGNOSTIC_CODE_ADMIN_DOWN => "AdminDown",
    DIAGNOSTIC_CODE_REVERSE_CONCAT_PATH_DOWN => "ReverseConcatPathDown",
);

names!(auth, AuthenticationType, "Unknown",
    AUTHENTICATION_TYPE_NONE => "None",
    AUTHENTICATION_TYPE_SIMPLE_PASSWORD => "SimplePassword",
    AUTHENTICATION_TYPE_KEYED_MD5 => "KeyedMD5",
    AUTHENTICATION_TYPE_METICULOUS_KEYED_MD5 => "MeticulousKeyedMD5",
    AUTHENTICATION_TYPE_KEYED_SHA1 => "KeyedSHA1",
    AUTHENTICATION_TYPE_METICULOUS_KEYED_SHA1 => "MeticulousKeyedSHA1",
);

names!(event, EventType, "Unknown",
    EVENT_TYPE_STATE_CHANGE => "StateChange",
    EVENT_TYPE_SESSION_ADDED => "SessionAdded",
    EVENT_TYPE_SESSION_DELETED => "SessionDeleted",
);

names!(wish, BgpWish, "unknown",
    BGP_WISH_LEAVE => "leave",
    BGP_WISH_USE => "use",
    BGP_WISH_AVOID => "avoid",
);

names!(role, SessionRole, "unknown",
    SESSION_ROLE_ACTIVE => "active",
    SESSION_ROLE_PASSIVE => "passive",
);

names!(path_problem, PathProblem, "",
    PATH_PROBLEM_INTERFACE_MISSING => "interface-missing",
    PATH_PROBLEM_INTERFACE_DOWN => "interface-down",
    PATH_PROBLEM_ADDRESS_MISSING => "address-missing",
    PATH_PROBLEM_NO_ROUTE => "no-route",
    PATH_PROBLEM_ADDRESS_FAMILY => "address-family",
);
