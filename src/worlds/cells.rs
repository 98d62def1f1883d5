//! A growing array whose copies share what neither has changed.
//!
//! A state is copied before every statement of a module and at every fork of its paths. Pages,
//! and books of pages, make such a copy cost a fraction of the array, and joining two copies
//! passes over what they still share.

use std::rc::Rc;

use super::effort::spend;

/// Cells in a page, and pages in a book.
const PAGE: usize = 32;
const BOOK: usize = 32 * PAGE;

type Page<T> = Vec<Option<Rc<T>>>;
/// An empty page is not there.
type Book<T> = Vec<Option<Rc<Page<T>>>>;

#[derive(Debug)]
pub(super) struct Cells<T> {
    books: Vec<Rc<Book<T>>>,
}

impl<T> Clone for Cells<T> {
    fn clone(&self) -> Self {
        Cells { books: self.books.clone() }
    }
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Cells { books: Vec::new() }
    }
}

impl<T> Cells<T> {
    fn page(&self, index: usize) -> Option<&Rc<Page<T>>> {
        self.books.get(index / BOOK)?.get(index % BOOK / PAGE)?.as_ref()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Rc<T>> {
        self.page(index)?.get(index % PAGE)?.as_ref()
    }

    /// The cell, to be changed; nothing is made where it is empty.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Rc<T>> {
        self.get(index)?;
        let book = Rc::make_mut(&mut self.books[index / BOOK]);
        let page = Rc::make_mut(book[index % BOOK / PAGE].as_mut()?);
        page[index % PAGE].as_mut()
    }

    pub(super) fn set(&mut self, index: usize, value: Option<Rc<T>>) {
        let number = index / BOOK;
        if self.books.len() <= number {
            self.books.resize_with(number + 1, || Rc::new(vec![None; BOOK / PAGE]));
        }
        let book = Rc::make_mut(&mut self.books[number]);
        let page = book[index % BOOK / PAGE].get_or_insert_with(|| Rc::new(vec![None; PAGE]));
        Rc::make_mut(page)[index % PAGE] = value;
    }

    /// The cells that hold something, with their indices.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Rc<T>)> {
        let pages = self.books.iter().flat_map(|book| book.iter()).enumerate();
        let pages = pages.filter_map(|(number, page)| Some((number, page.as_ref()?)));
        pages.flat_map(|(number, cells)| {
            let numbered = cells.iter().enumerate();
            numbered.filter_map(move |(index, cell)| Some((number * PAGE + index, cell.as_ref()?)))
        })
    }

    /// Replaces each cell that the two do not share by what `join` makes of both; at least one
    /// of them holds something.
    pub(super) fn join_with(
        &mut self,
        other: &Cells<T>,
        mut join: impl FnMut(Option<&Rc<T>>, Option<&Rc<T>>) -> Option<Rc<T>>,
    ) {
        for number in 0..self.books.len().max(other.books.len()) {
            if is_shared(self.books.get(number), other.books.get(number)) {
                continue;
            }
            for first in (number * BOOK..(number + 1) * BOOK).step_by(PAGE) {
                let (ours, theirs) = (self.page(first), other.page(first));
                if is_shared(ours, theirs) {
                    continue;
                }
                spend(1);
                let joined = joined_cells(ours, theirs, &mut join);
                for (index, cell) in joined {
                    self.set(first + index, cell);
                }
            }
        }
    }
}

/// The cells of a page that joining changes: their indices in it, and what they hold then.
fn joined_cells<T>(
    ours: Option<&Rc<Page<T>>>,
    theirs: Option<&Rc<Page<T>>>,
    join: &mut impl FnMut(Option<&Rc<T>>, Option<&Rc<T>>) -> Option<Rc<T>>,
) -> Vec<(usize, Option<Rc<T>>)> {
    let empty = const { [const { None }; PAGE] };
    let ours = ours.map_or(&empty[..], |page| page.as_slice());
    let theirs = theirs.map_or(&empty[..], |page| page.as_slice());
    let mut changed = Vec::new();
    for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let (ours, theirs) = (ours.as_ref(), theirs.as_ref());
        if is_shared(ours, theirs) {
            continue;
        }
        spend(1);
        let joined = join(ours, theirs);
        // Writing may copy the page.
        if !is_shared(ours, joined.as_ref()) {
            changed.push((index, joined));
        }
    }
    changed
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
        cells.set(2 * BOOK + 5, Some(Rc::new(4)));
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
            [(3, 1), (PAGE + 1, 2), (2 * BOOK + 5, 4)]
        );
    }
}
