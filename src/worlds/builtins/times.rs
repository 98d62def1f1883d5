//! What the classes of `datetime` refuse (`Modules/_datetimemodule.c`).

use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::value::Value;

/// Arguments in order, with the least and the most that they may be.
const DATE: &[(&str, i64, i64)] = &[("year", 1, 9999), ("month", 1, 12), ("day", 1, 31)];
const TIME: &[(&str, i64, i64)] =
    &[("hour", 0, 23), ("minute", 0, 59), ("second", 0, 59), ("microsecond", 0, 999_999)];

impl Machine<'_> {
    /// The numbers that `date`, `time` or `datetime` is made of.
    pub(super) fn check_time(&mut self, class: &str, args: &Args) -> Flow<()> {
        let parts: Vec<_> = match class {
            "date" => DATE.to_vec(),
            "time" => TIME.to_vec(),
            "datetime" => [DATE, TIME].concat(),
            _ => return Ok(()),
        };
        // One that is pickled is made of a text.
        let is_pickled = matches!(args.positional.first(), Some(Value::Str(_) | Value::Bytes(_)));
        if args.inexact || is_pickled {
            return Ok(());
        }
        let given = |index: usize, name: &str| {
            let named = args.keywords.iter().find(|(known, _)| &**known == name);
            args.positional.get(index).or(named.map(|(_, value)| value))
        };
        let mut date = Vec::new();
        for (index, &(name, least, most)) in parts.iter().enumerate() {
            match given(index, name) {
                Some(Value::Float(_) | Value::Str(_) | Value::None | Value::Tuple(_)) => {
                    let reason = format!("the {name} is no integer");
                    return Err(self.raise_builtin("TypeError", reason));
                }
                None if index < DATE.len() && class != "time" => {
                    let reason = format!("the {name} is missing");
                    return Err(self.raise_builtin("TypeError", reason));
                }
                Some(value) => match value.as_int() {
                    Some(number) => date.push((name, number, (least..=most).contains(&number))),
                    None => return Ok(()),
                },
                None => {}
            }
        }
        let days = match date[..] {
            [(_, year, true), (_, month, true), ..] if class != "time" => days_in(year, month),
            _ => 31,
        };
        let wrong =
            date.iter().find(|(name, number, is_in)| !is_in || *name == "day" && *number > days);
        match wrong {
            Some((name, ..)) => {
                let reason = format!("the {name} is out of range");
                Err(self.raise_builtin("ValueError", reason))
            }
            None => Ok(()),
        }
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
