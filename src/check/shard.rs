//! A part of the modules, for a repository that one machine is too slow for.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::report::fingerprint::hash;

/// The I-th of N parts. Which part a module is in depends on its path and on N only, so that
/// another module that comes or goes moves none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub index: u32,
    pub total: u32,
}

impl Shard {
    /// Whether the module is in this part. The path is relative to the project, with `/`, so that
    /// all machines agree wherever they have put it.
    pub fn owns(self, path: &str) -> bool {
        // Of FNV-1a the lower bits depend on the lower bits of the text only: the upper ones, too,
        // must decide, or names that differ in little would be together.
        let hash = hash(&[path]);
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        mixed % u64::from(self.total) == u64::from(self.index - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.total)
    }
}

/// What is no part of anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not I/N with I from 1 to N, such as 1/4")]
pub struct NoShard(String);

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/').and_then(|(index, total)| {
            Some((index.parse::<NonZeroU32>().ok()?, total.parse::<NonZeroU32>().ok()?))
        });
        match parts {
            Some((index, total)) if index <= total => {
                Ok(Shard { index: index.get(), total: total.get() })
            }
            _ => Err(NoShard(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_in_one_part_and_the_parts_are_of_a_size() {
        for total in [1, 2, 3, 4, 7, 16] {
            let mut sizes = vec![0_u32; total as usize];
            for number in 0..4000 {
                let path = format!("src/package_{}/module_{number}.py", number % 13);
                let owners = (1..=total).filter(|&index| Shard { index, total }.owns(&path));
                let owners: Vec<u32> = owners.collect();
                assert_eq!(owners.len(), 1, "{path}: {owners:?}");
                sizes[owners[0] as usize - 1] += 1;
            }
            let fair = 4000 / total;
            assert!(sizes.iter().all(|size| size.abs_diff(fair) < fair / 4 + 1), "{sizes:?}");
        }
    }

    #[test]
    fn the_parts_are_fixed_for_all_time() {
        let parts = ["a.py", "src/a.py", "src/b.py", "tests/test_a.py"];
        let index = |path: &str| (1..=4).find(|&index| Shard { index, total: 4 }.owns(path));
        assert_eq!(parts.map(index), [Some(2), Some(4), Some(2), Some(1)]);
    }

    #[test]
    fn what_is_no_part_is_refused() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, total: 3 }));
        for text in ["", "1", "0/2", "3/2", "1/0", "-1/2", "a/b", "1/2/3"] {
            let error = text.parse::<Shard>().unwrap_err().to_string();
            assert_eq!(error, format!("`{text}` is not I/N with I from 1 to N, such as 1/4"));
        }
    }
}
