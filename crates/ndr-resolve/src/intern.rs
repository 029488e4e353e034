//! Data of catalogues that live as long as the process, each kept once.
//!
//! Entries hold `&'static` data, whether they come from the macro's tables or from an overlay that is read at run time.
//! What is read at run time goes into one table that only grows and keeps one copy of equal contents: the first load of
//! an overlay costs its memory for good, and every further load of the same overlay costs none.

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{LazyLock, Mutex, PoisonError};

type Kept<T> = HashSet<&'static [T]>;

/// One set for each type of item.
static TABLE: LazyLock<Mutex<HashMap<TypeId, Box<dyn Any + Send>>>> = LazyLock::new(Mutex::default);

/// The kept copy of a list.
///
/// ```
/// let (first, second) = (ndr_resolve::intern(vec![1, 2]), ndr_resolve::intern(vec![1, 2]));
/// assert!(std::ptr::eq(first, second));
/// ```
pub fn intern<T: Copy + Eq + Hash + Send + Sync + 'static>(items: impl Into<Vec<T>>) -> &'static [T] {
    let items = items.into();
    let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = table.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(Kept::<T>::new())).downcast_mut::<Kept<T>>();
    if let Some(known) = kept.as_ref().and_then(|kept| kept.get(items.as_slice())) {
        return known;
    }
    let items: &'static [T] = Vec::leak(items);
    if let Some(kept) = kept {
        kept.insert(items);
    }
    items
}

/// The kept copy of a text.
///
/// ```
/// assert!(std::ptr::eq(ndr_resolve::intern_text("one"), ndr_resolve::intern_text("one")));
/// ```
pub fn intern_text(text: &str) -> &'static str {
    std::str::from_utf8(intern(text.as_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_contents_are_kept_once() {
        let text = intern_text("a text");
        assert_eq!(text, "a text");
        assert!(std::ptr::eq(text, intern_text(&format!("a {}", "text"))));
        assert!(!std::ptr::eq(text, intern_text("another")));
        let lists = [intern(vec![text, "b"]), intern([text, "b"])];
        assert!(std::ptr::eq(lists[0], lists[1]));
        assert!(intern(Vec::<u16>::new()).is_empty());
    }
}
