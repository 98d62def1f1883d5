//! `format % values` where all of it is known.

use crate::worlds::value::Value;

/// The text, where the format has nothing but `%s`, `%d` and `%%`, and the values are strings and
/// integers that fit it.
pub(super) fn formatted(format: &str, values: &Value) -> Option<Value> {
    let values = match values {
        Value::Tuple(values) => &values[..],
        value => std::slice::from_ref(value),
    };
    let mut values = values.iter();
    let mut text = String::new();
    let mut rest = format.chars();
    while let Some(next) = rest.next() {
        if next != '%' {
            text.push(next);
            continue;
        }
        match rest.next()? {
            '%' => text.push('%'),
            's' => match values.next()? {
                Value::Str(part) => text.push_str(part),
                Value::Int(number) => text.push_str(&number.to_string()),
                _ => return None,
            },
            'd' => match values.next()? {
                Value::Int(number) => text.push_str(&number.to_string()),
                _ => return None,
            },
            _ => return None,
        }
    }
    values.next().is_none().then(|| Value::Str(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_put_together() {
        let values = Value::tuple(vec![Value::str("a"), Value::Int(7)]);
        let text = formatted("%s.%d: 5 %%", &values);
        assert!(matches!(text, Some(Value::Str(text)) if &*text == "a.7: 5 %"));
        assert!(formatted("%s", &values).is_none());
        assert!(formatted("%r", &Value::Int(1)).is_none());
        assert!(formatted("%s", &Value::Unknown).is_none());
    }
}
