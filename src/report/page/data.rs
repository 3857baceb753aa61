//! The data of a chart beside its picture: as a table, and as a file inside the page.

use std::fmt::Write as _;

use super::document::{Grid, Words};

/// Rows of a kind that a table shows; the file has all.
const MOST_ROWS: usize = 40;

/// A text as an address that holds it.
pub(super) fn uri(csv: &str) -> String {
    let mut address = "data:text/csv;charset=utf-8,".to_owned();
    for byte in csv.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' | b'/' => {
                address.push(char::from(byte));
            }
            _ => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

/// The data as a table. Of long curves it has points at even distances, the first and the last among them, and says so.
pub(super) fn grid(csv: &str, title: &str) -> Grid {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(csv.as_bytes());
    let mut lines = reader.records().filter_map(Result::ok);
    let heads: Vec<String> = lines.next().iter().flatten().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = lines.map(|line| line.iter().map(str::to_owned).collect()).collect();
    let numeric = |place: usize| rows.iter().filter_map(|row| row.get(place)).all(|cell| is_number(cell));
    let columns: Vec<String> = (0..heads.len())
        .map(|place| format!("{}{}", if place > 0 && numeric(place) { ">" } else { "" }, heads[place]))
        .collect();
    let shown = thinned(&rows);
    let left_out = if shown.len() < rows.len() {
        format!(" ({} of {} rows; the file has all)", shown.len(), rows.len())
    } else {
        String::new()
    };
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut grid = Grid::new(format!("Data of “{title}”{left_out}"), &names);
    for row in shown {
        let cell = |place: usize| row.get(place).map(|cell| rounded(cell)).unwrap_or_default();
        grid.row((0..heads.len()).map(|place| Words::literal(cell(place))).collect());
    }
    grid
}

fn is_number(cell: &str) -> bool {
    cell.is_empty() || cell.parse::<f64>().is_ok()
}

/// A number with as many digits as anybody reads; the file has every digit.
fn rounded(cell: &str) -> String {
    match cell.parse::<f64>() {
        Ok(value) if value.is_finite() && cell.len() > 7 => crate::units::significant(value, 6),
        _ => cell.to_owned(),
    }
}

/// Of each long run of rows that differ in numbers only, rows at even distances.
fn thinned(rows: &[Vec<String>]) -> Vec<&Vec<String>> {
    let alike = |a: &Vec<String>, b: &Vec<String>| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (is_number(a) && is_number(b)))
    };
    let thin = |run: &[Vec<String>]| {
        let last = run.len().saturating_sub(1);
        let shown = run.len().min(MOST_ROWS);
        (0..shown).map(|place| place * last / shown.saturating_sub(1).max(1)).collect::<Vec<_>>()
    };
    rows.chunk_by(alike).flat_map(|run| thin(run).into_iter().filter_map(|place| run.get(place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_the_whole_file() {
        assert_eq!(uri("a,b\n\"<\",1.5\n"), "data:text/csv;charset=utf-8,a,b%0A%22%3C%22,1.5%0A");
    }

    #[test]
    fn long_curves_are_thinned_to_their_ends_and_short_ones_are_whole() {
        let points: Vec<String> = (0..1000).map(|place| format!("point,A,{place}")).collect();
        let grid = grid(&format!("kind,name,value\n{}\nmark,p50,7\n", points.join("\n")), "T");
        let cells = |row: usize| grid.rows[row].clone();
        assert_eq!(grid.rows.len(), MOST_ROWS + 1);
        assert_eq!(cells(0)[2], Words::literal("0"));
        assert_eq!(cells(MOST_ROWS - 1)[2], Words::literal("999"));
        assert_eq!(cells(MOST_ROWS)[0], Words::literal("mark"));
        assert_eq!(grid.caption, "Data of “T” (41 of 1001 rows; the file has all)");
        assert!(grid.columns[2].right && !grid.columns[1].right);
    }
}
