//! What must be true of the database, whatever happens to it.

mod beside_grants;
mod changes;
mod concurrency;
mod crash;
mod key_rotation;
mod key_seal;
mod last_use;
mod lock_order;
mod migrations;
mod purge;
mod reconnect;
mod records;
mod shape;
