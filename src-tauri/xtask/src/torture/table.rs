//! From the lines the gates wrote to a table.

use serde_json::Value;

/// A line each, in the order of their names: R2 before R10.
pub(super) fn of(lines: &str) -> String {
    let mut rows: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    rows.sort_by_cached_key(|row| order(text(row, "gate")));
    let line = |row: &Value| {
        let seconds = row["seconds"].as_f64().unwrap_or_default();
        let (gate, what, unit) = (text(row, "gate"), text(row, "what"), text(row, "unit"));
        let (runs, failures) = (&row["runs"], &row["failures"]);
        format!("{gate:<5} {what:<44} {runs:>9} {unit:<13} {failures:>8} {seconds:>9.1}\n")
    };
    let head = format!("{:<5} {:<44} {:>9} {:<13} {:>8} {:>9}\n", "gate", "what", "runs", "", "failures", "seconds");
    let sum = |field: &str| rows.iter().filter_map(|row| row[field].as_u64()).sum::<u64>();
    let all = format!("{:<50} {:>9} {:<13} {:>8}", "all", sum("runs"), "", sum("failures"));
    head + &rows.iter().map(line).collect::<String>() + &all
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_default()
}

fn order(gate: &str) -> (String, u64) {
    let digits = gate.find(|c: char| c.is_ascii_digit()).unwrap_or(gate.len());
    (gate[..digits].to_owned(), gate[digits..].parse().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[test]
    fn gates_stand_in_order_with_their_sums() {
        let line = |gate: &str, runs: u64, failures: u64| serde_json::json!({"gate": gate, "what": "w", "unit": "u", "runs": runs, "failures": failures, "seconds": 1.25});
        let lines = [line("S14", 5, 0), line("R10", 7, 1), line("R2", 1000, 0)].map(|line| line.to_string()).join("\n");
        let table = super::of(&lines);
        let gates: Vec<&str> = table.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(gates, ["gate", "R2", "R10", "S14", "all"]);
        let last: Vec<&str> = table.lines().last().expect("a sum").split_whitespace().collect();
        assert_eq!(last, ["all", "1012", "1"]);
    }
}
