//! `latchkey config`: the settings in force. What they are is in `crate::config`.

use crate::config::Setting;

use super::output::Output;
use super::record::Record;

pub(super) fn settings(settings: Vec<Setting>) -> Output {
    let record = |setting: Setting| {
        Record::default()
            .with("key", setting.key)
            .with("value", setting.value)
            .with("source", setting.source)
    };
    Output::many(
        &["key", "value", "source"],
        settings.into_iter().map(record).collect(),
        "There are no settings.",
    )
}
