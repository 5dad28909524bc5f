//! The protocol against the rows of `spec/`: each file is one subject, each test names its rows.

mod admin;
mod authentication;
mod detection;
mod forgery;
mod keys;
mod packets;
mod poll;
mod rates;
mod states;
mod support;
mod traces;
mod vectors;
mod verdicts;
