//! A volume that is moved once, as text.

use super::{Table, paragraph, plain, seconds};
use crate::architecture::Transfer;

/// The arithmetic as a paragraph under its own head.
#[must_use]
pub fn text(transfer: &Transfer, width: usize) -> String {
    paragraph("  By arithmetic  ", &sentence(transfer), width)
}

/// The figures of the arithmetic, a row each.
#[must_use]
pub fn table(transfer: &Transfer) -> Table {
    let mut table = Table::new(&["measure", "value"]).right(&[1]);
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    row("volume_bytes", transfer.volume_bytes.to_string());
    row("time_s", plain(Some(transfer.time_s)));
    row("deadline_s", plain(transfer.deadline_s));
    row("devices", transfer.devices.map_or_else(String::new, |devices| devices.to_string()));
    table
}

/// The arithmetic in words: steps, outcome, deadline.
#[must_use]
pub fn sentence(transfer: &Transfer) -> String {
    let deadline = match (transfer.deadline_s, transfer.in_time) {
        (Some(deadline), Some(true)) => format!("; in time for the deadline of {}", seconds(deadline)),
        (Some(deadline), _) => format!("; too late for the deadline of {}", seconds(deadline)),
        _ => String::new(),
    };
    format!("{}. All is there after {}{deadline}.", transfer.steps.join("; "), long(transfer.time_s))
}

/// Days and hours, since `SimDuration` speaks of whole seconds.
fn long(time: f64) -> String {
    const DAY: f64 = 86_400.0;
    let digits = crate::units::significant;
    if time >= DAY { format!("{} days", digits(time / DAY, 3)) } else { format!("{} h", digits(time / 3600.0, 3)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_is_judged() {
        let late = Transfer {
            service: "datasync".to_owned(),
            volume_bytes: 80_000_000_000_000,
            devices: None,
            time_s: 8_000_000.0,
            deadline_s: Some(604_800.0),
            in_time: Some(false),
            steps: vec!["a".to_owned(), "b".to_owned()],
            settings: Vec::new(),
        };
        assert_eq!(sentence(&late), "a; b. All is there after 92.6 days; too late for the deadline of 7 days.");
        let open = Transfer { deadline_s: None, in_time: None, time_s: 5_400.0, ..late };
        assert_eq!(sentence(&open), "a; b. All is there after 1.5 h.");
    }
}
