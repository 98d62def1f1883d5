//! Which submodule a text puts into `sys.modules`, where that can be read off it.

/// Whether what follows `sys.modules` in a text puts a module there that is not the one of this
/// name, nor one around it: `[f"{__package__}.operation"] = compat`.
pub(super) fn is_another(after: &str, text: &str, name: &str) -> bool {
    let Some((key, rest)) = after.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return false;
    };
    let rest = rest.trim_start();
    if !rest.starts_with('=') || rest.starts_with("==") {
        return false;
    }
    let made = end_of(key).or_else(|| end_of(value_of(key.trim(), text)?));
    made.is_some_and(|made| {
        !format!(".{name}.").contains(&format!(".{}.", made.trim_start_matches('.')))
    })
}

/// What a dotted name ends with, by the expression that gives it: all of a constant, else what
/// follows the module's own name.
fn end_of(expression: &str) -> Option<&str> {
    let expression = expression.trim();
    if let Some(text) = unquoted(expression) {
        return (!text.is_empty()).then_some(text);
    }
    let end = match expression.strip_prefix('f').and_then(unquoted) {
        Some(text) => text.rsplit_once('}')?.1,
        None => {
            let (object, text) = expression.rsplit_once('+')?;
            let is_own = matches!(object.trim(), "__name__" | "__package__");
            is_own.then(|| unquoted(text.trim()))??
        }
    };
    (end.starts_with('.') && !end.contains('{')).then_some(end)
}

/// What stands in quotes, where that is all.
fn unquoted(expression: &str) -> Option<&str> {
    let quote = expression.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let text = expression.strip_prefix(quote)?.strip_suffix(quote)?;
    (!text.contains([quote, '\\'])).then_some(text)
}

/// What a name is bound to, where one line of a text says so and no other mentions it otherwise
/// than to read it.
fn value_of<'t>(name: &str, text: &'t str) -> Option<&'t str> {
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name {
        return None;
    }
    let mut values = Vec::new();
    for line in text.lines().map(str::trim) {
        let Some((before, after)) = line.split_once(name) else { continue };
        let after = after.trim_start();
        match after.strip_prefix('=').filter(|rest| !rest.starts_with('=')) {
            Some(value) if before.is_empty() => values.push(value),
            Some(_) => return None,
            None if before.ends_with('[') || before.ends_with('(') && !line.starts_with("def ") => {
            }
            None => return None,
        }
    }
    match &values[..] {
        [value] => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_another;

    #[test]
    fn a_key_that_can_be_read_is_of_one_module() {
        let assigned = "full = f'{__package__}.operation'\nsys.modules[full] = sys.modules[old]";
        for (after, text) in [
            ("[f'{__name__}.operation'] = compat", ""),
            ("[__name__ + '.operation'] = compat", ""),
            ("['p.operation'] = compat", ""),
            ("[full] = sys.modules[old]", assigned),
        ] {
            assert!(is_another(after, text, "p.context"), "{after}");
            assert!(!is_another(after, text, "p.operation"), "{after}");
            assert!(!is_another(after, text, "p.operation.inner"), "{after}");
        }
        for after in ["[name] = compat", "[prefix + '.operation'] = compat", "[f'{a}{b}'] = c"] {
            assert!(!is_another(after, "for name in names:", "p.context"), "{after}");
        }
    }
}
