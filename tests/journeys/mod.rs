//! One for each kind of user, the whole way through.
