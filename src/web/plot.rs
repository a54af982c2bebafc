//! A plot of what happened in each of some periods: stacked bars over time with axes, unit and title, and
//! the numbers as a table. Only where things stand; the SVG is the piece `plot` of the templates.

use std::fmt::Write;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock::UnixTime;

use super::listing::grouped;

/// One plot.
#[derive(Clone, Debug)]
pub struct Plot {
    /// Begins the ids of its elements.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What one bar counts: `per minute`.
    pub unit: &'static str,
    /// Which time it is about, and its peak.
    pub summary: String,
    /// The parts of each bar, lowest first.
    pub series: Vec<Series>,
    /// The horizontal lines, lowest first.
    pub lines: Vec<Mark>,
    /// The times below the bars.
    pub ticks: Vec<Mark>,
    /// Periods in which something happened.
    pub rows: Vec<Row>,
}

/// One part of the bars.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it counts.
    pub name: &'static str,
    /// `good` or `bad`, for its colour.
    pub kind: &'static str,
    /// All of it.
    pub total: String,
    /// Its rectangles, as the `d` of an SVG path.
    pub path: String,
}

/// A word at a place of an axis.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Where, along the axis.
    pub at: i64,
    /// What stands there.
    pub label: String,
}

/// One period in the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// When it begins.
    pub time: String,
    /// The count of each series.
    pub counts: Vec<String>,
}

/// The periods that plots of one page share.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Seconds of a period.
    pub period: i64,
    /// How many periods.
    pub bars: i64,
    /// When the last of them begins.
    pub last: UnixTime,
    /// `per minute`.
    pub unit: &'static str,
    /// `In the last hour`.
    pub when: &'static str,
    /// Every so many bars there is a time below.
    pub tick_every: i64,
}

/// What is to be drawn as one series.
#[derive(Clone, Debug)]
pub struct Counts {
    /// What it counts.
    pub name: &'static str,
    /// `good` or `bad`, for its colour.
    pub kind: &'static str,
    /// When periods begin and how often it happened in them; empty ones may be left out.
    pub rows: Vec<(UnixTime, i64)>,
}

/// One period: its place and what happened.
struct Bar {
    begin: UnixTime,
    label: String,
    left: i64,
    right: i64,
    counts: Vec<i64>,
}

/// The picture, in its own units; the template has them too.
const LEFT: i64 = 40;
const RIGHT: i64 = 340;
const TOP: i64 = 12;
const BOTTOM: i64 = 148;

impl Span {
    /// When the first period begins.
    pub fn first(&self) -> UnixTime {
        self.last.plus(-(self.bars - 1) * self.period)
    }

    fn bar(&self, number: i64, series: &[Counts]) -> Bar {
        let begin = self.first().plus(number * self.period);
        let left_of = |number| LEFT + number * (RIGHT - LEFT) / self.bars;
        let count_of = |counts: &Counts| {
            let found = counts.rows.iter().find(|(at, _)| *at == begin);
            found.map_or(0, |(_, count)| *count)
        };
        Bar {
            begin,
            label: self.label(begin),
            left: left_of(number),
            right: left_of(number + 1),
            counts: series.iter().map(count_of).collect(),
        }
    }

    fn label(&self, begin: UnixTime) -> String {
        let Ok(time) = OffsetDateTime::from_unix_timestamp(begin.seconds()) else {
            return String::new();
        };
        let text = if self.period < 86400 {
            time.format(format_description!(version = 2, "[hour]:[minute]"))
        } else {
            time.format(format_description!(
                version = 2,
                "[day padding:none] [month repr:short]"
            ))
        };
        text.unwrap_or_default()
    }

    /// Whether a period's time stands below it: round hours, or weeks back from today, since the numbers
    /// of days begin anew with each month.
    fn has_tick(&self, begin: UnixTime) -> bool {
        let every = self.tick_every * self.period;
        let from = if self.period < 86400 {
            UnixTime::from_seconds(0)
        } else {
            self.last
        };
        begin.since(from).rem_euclid(every) == 0
    }
}

impl Bar {
    fn sum(&self) -> i64 {
        self.counts.iter().sum()
    }
}

impl Plot {
    /// Draws `series`, which are stacked in their order.
    pub fn new(id: &'static str, title: &'static str, span: Span, series: &[Counts]) -> Self {
        let bars: Vec<Bar> = (0..span.bars)
            .map(|number| span.bar(number, series))
            .collect();
        let top = round_up(bars.iter().map(Bar::sum).max().unwrap_or_default());
        let y = |count: i64| BOTTOM - count * (BOTTOM - TOP) / top;
        let drawn: Vec<Series> = (0..series.len())
            .map(|at| draw(&bars, series, at, y))
            .collect();
        let line = |count| Mark {
            at: y(count),
            label: short(count),
        };
        let tick = |bar: &Bar| Mark {
            at: i64::midpoint(bar.left, bar.right),
            label: bar.label.clone(),
        };
        let row = |bar: &Bar| Row {
            time: bar.label.clone(),
            counts: bar.counts.iter().copied().map(grouped).collect(),
        };
        Self {
            id,
            title,
            unit: span.unit,
            summary: summary(&span, &bars),
            series: drawn,
            lines: [0, top / 2, top].map(line).to_vec(),
            ticks: bars
                .iter()
                .filter(|bar| span.has_tick(bar.begin))
                .map(tick)
                .collect(),
            // The newest first, as in every list.
            rows: bars
                .iter()
                .rev()
                .filter(|bar| bar.sum() > 0)
                .map(row)
                .collect(),
        }
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The series at a place of the stack: its rectangles stand on those before it.
fn draw(bars: &[Bar], series: &[Counts], at: usize, y: impl Fn(i64) -> i64) -> Series {
    let mut path = String::new();
    for bar in bars.iter().filter(|bar| bar.counts[at] > 0) {
        let below: i64 = bar.counts[..at].iter().sum();
        let low = y(below);
        // What happened once among thousands is still to be seen.
        let high = y(below + bar.counts[at]).min(low - 1);
        let (left, right) = (bar.left, bar.right - 1);
        // Writing to a String does not fail.
        let _written = write!(path, "M{left} {low}V{high}H{right}V{low}z");
    }
    Series {
        name: series[at].name,
        kind: series[at].kind,
        total: grouped(bars.iter().map(|bar| bar.counts[at]).sum()),
        path,
    }
}

fn summary(span: &Span, bars: &[Bar]) -> String {
    match bars.iter().max_by_key(|bar| bar.sum()) {
        Some(highest) if highest.sum() > 0 => format!(
            "{}; at most {} {} ({}).",
            span.when,
            grouped(highest.sum()),
            span.unit,
            highest.label
        ),
        _ => format!("{}.", span.when),
    }
}

/// The lowest of 2, 4, 10, 20, 40, 100 and so on that is not less: what the axis ends with. Half of each
/// is whole.
fn round_up(count: i64) -> i64 {
    let mut ten: i64 = 1;
    loop {
        for step in [2, 4, 10] {
            let top = ten.saturating_mul(step);
            if top >= count {
                return top;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

/// A number for an axis: `1.2k`, `3M`.
fn short(count: i64) -> String {
    let tenths = |unit: i64, letter: char| {
        let tenths = count / (unit / 10);
        match tenths % 10 {
            0 => format!("{}{letter}", tenths / 10),
            rest => format!("{}.{rest}{letter}", tenths / 10),
        }
    };
    match count {
        ..1000 => count.to_string(),
        1000..1_000_000 => tenths(1000, 'k'),
        1_000_000..1_000_000_000 => tenths(1_000_000, 'M'),
        _ => tenths(1_000_000_000, 'G'),
    }
}
