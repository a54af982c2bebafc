//! Requests that no client library sends.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use super::patience::PATIENCE;

/// Sends bytes to a server and reads its answer until it closes; what is no text in it is replaced.
pub fn raw(url: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    // A server that closes without an answer has given an empty one.
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}
