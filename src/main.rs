//! The program: parses the command line and calls `cli`.

use std::process::ExitCode;

use clap::Parser;
use latchkey::cli::{self, CommandLine};

fn main() -> ExitCode {
    cli::run(CommandLine::try_parse())
}
