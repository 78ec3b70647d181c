//! Wrong recordings must fail: real ones, each changed in one thing.
