//! A growing array whose copies share what neither has changed.
//!
//! A state is copied before every statement of a module and at every fork of its paths. Pages
//! make such a copy cost a fraction of the array, and joining two copies pass over what they
//! still share.

use std::rc::Rc;

/// Cells in a page.
const PAGE: usize = 64;

type Page<T> = Vec<Option<Rc<T>>>;

#[derive(Debug)]
pub(super) struct Cells<T> {
    pages: Vec<Rc<Page<T>>>,
}

impl<T> Clone for Cells<T> {
    fn clone(&self) -> Self {
        Cells { pages: self.pages.clone() }
    }
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Cells { pages: Vec::new() }
    }
}

impl<T> Cells<T> {
    pub(super) fn get(&self, index: usize) -> Option<&Rc<T>> {
        self.pages.get(index / PAGE)?.get(index % PAGE)?.as_ref()
    }

    /// The cell, to be changed; nothing is made where it is empty.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Rc<T>> {
        let page = self.pages.get_mut(index / PAGE)?;
        page.get(index % PAGE)?.as_ref()?;
        Rc::make_mut(page)[index % PAGE].as_mut()
    }

    pub(super) fn set(&mut self, index: usize, value: Option<Rc<T>>) {
        let page = index / PAGE;
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || Rc::new(vec![None; PAGE]));
        }
        Rc::make_mut(&mut self.pages[page])[index % PAGE] = value;
    }

    /// The cells that hold something, with their indices.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Rc<T>)> {
        let pages = self.pages.iter().enumerate();
        pages.flat_map(|(page, cells)| {
            let numbered = cells.iter().enumerate();
            numbered.filter_map(move |(index, cell)| Some((page * PAGE + index, cell.as_ref()?)))
        })
    }

    /// Replaces each cell that the two do not share by what `join` makes of both; at least one
    /// of them holds something.
    pub(super) fn join_with(
        &mut self,
        other: &Cells<T>,
        mut join: impl FnMut(Option<&Rc<T>>, Option<&Rc<T>>) -> Option<Rc<T>>,
    ) {
        for page in 0..self.pages.len().max(other.pages.len()) {
            let shared = match (self.pages.get(page), other.pages.get(page)) {
                (Some(ours), Some(theirs)) => Rc::ptr_eq(ours, theirs),
                _ => false,
            };
            if shared {
                continue;
            }
            for index in page * PAGE..(page + 1) * PAGE {
                let (ours, theirs) = (self.get(index), other.get(index));
                if is_shared(ours, theirs) {
                    continue;
                }
                let joined = join(ours, theirs);
                // Writing may copy the page.
                if !is_shared(ours, joined.as_ref()) {
                    self.set(index, joined);
                }
            }
        }
    }
}

fn is_shared<T>(one: Option<&Rc<T>>, other: Option<&Rc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Rc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_share_until_one_is_changed() {
        let mut cells = Cells::default();
        cells.set(3, Some(Rc::new(1)));
        cells.set(PAGE + 1, Some(Rc::new(2)));
        let copy = cells.clone();
        cells.set(3, None);
        assert_eq!(copy.get(3).map(|value| **value), Some(1));
        assert!(cells.get(3).is_none() && cells.get_mut(3).is_none());
        let mut joined = Vec::new();
        cells.join_with(&copy, |ours, theirs| {
            joined.push((ours.map(|value| **value), theirs.map(|value| **value)));
            theirs.cloned()
        });
        assert_eq!(joined, [(None, Some(1))]);
        assert_eq!(
            cells.iter().map(|(index, value)| (index, **value)).collect::<Vec<_>>(),
            [(3, 1), (PAGE + 1, 2)]
        );
    }
}
