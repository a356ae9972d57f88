//! Constructors for tests.
