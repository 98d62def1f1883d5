//! Answers to yes-or-no questions, of which some are not known.

/// What is answered the same way for every item; None where the answers differ, where one is not
/// known, or where there is none.
pub(super) fn agreed<T>(items: &[T], ask: impl Fn(&T) -> Option<bool>) -> Option<bool> {
    let mut answers = items.iter().map(ask);
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

/// Whether the answer is yes for at least one item.
pub(super) fn any_of<T>(items: &[T], ask: impl Fn(&T) -> Option<bool>) -> Option<bool> {
    let mut any = Some(false);
    for item in items {
        match ask(item) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => any = None,
        }
    }
    any
}

/// Whether the answer is yes for every item.
pub(super) fn all_of<T>(items: &[T], ask: impl Fn(&T) -> Option<bool>) -> Option<bool> {
    any_of(items, |item| ask(item).map(|answer| !answer)).map(|any| !any)
}

/// Whether both are true.
pub(super) fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    all_of(&[a, b], |answer| *answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_matters_only_where_nothing_else_decides() {
        let (yes, no, open) = (Some(true), Some(false), None);
        let same = |answers: &[Option<bool>]| agreed(answers, |answer| *answer);
        assert_eq!([same(&[yes, yes]), same(&[no]), same(&[yes, no])], [yes, no, open]);
        assert_eq!([same(&[yes, open]), same(&[])], [open, open]);
        let any = |answers: &[Option<bool>]| any_of(answers, |answer| *answer);
        assert_eq!([any(&[no, open]), any(&[open, yes]), any(&[])], [open, yes, no]);
        let all = |answers: &[Option<bool>]| all_of(answers, |answer| *answer);
        assert_eq!([all(&[yes, open]), all(&[open, no]), all(&[])], [open, no, yes]);
        assert_eq!([both(yes, yes), both(open, no), both(yes, open)], [yes, no, open]);
    }
}
