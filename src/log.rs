//! The log on standard error, as `[log]` of the configuration says. A thread of its own writes what has
//! gathered, so that no request pays for a system call. What is worth a line is decided where it happens.

use std::io::{self, BufWriter, IsTerminal};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat, LogLevel};

/// Lines that may wait to be written. Beyond that whoever logs waits: no line is lost.
const QUEUE: usize = 8192;

/// Starts logging: text or JSON, with RFC 3339 times in UTC. A second start changes nothing. Dropping the
/// guard writes what is left.
#[must_use = "without the guard the last lines are lost"]
pub fn start(log: &Log) -> WorkerGuard {
    let terminal = io::stderr().is_terminal();
    let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    // What the HTTP library tells of its start, `serve` tells better; that somebody sent no HTTP is no error of ours.
    let levels = Targets::new()
        .with_default(level(log.level))
        .with_target("actix_server", LevelFilter::WARN)
        .with_target("actix_http", LevelFilter::OFF);
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .buffered_lines_limit(QUEUE)
        .thread_name("latchkey-log")
        .finish(BufWriter::new(io::stderr()));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(colours);
    let json = log
        .format
        .map_or(!terminal, |format| format == LogFormat::Json);
    let layered = tracing_subscriber::registry().with(levels);
    // The only failure is that logging was started before, as tests in one process do.
    let _started = if json {
        layered
            .with(lines.json().flatten_event(true).with_span_list(false))
            .try_init()
    } else {
        layered.with(lines).try_init()
    };
    guard
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::start;
    use crate::config::Log;

    #[test]
    fn a_second_start_of_the_log_keeps_the_first() {
        let _first = start(&Log::default());
        let first = tracing::level_filters::LevelFilter::current();
        let _second = start(&Log {
            level: crate::config::LogLevel::Error,
            ..Log::default()
        });
        assert_eq!(tracing::level_filters::LevelFilter::current(), first);
    }
}
