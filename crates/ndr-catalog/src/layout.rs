//! Where things stand in the file: the top level is cut into items, so that every item is read on its own, all
//! mistakes come to light in one run, and each is reported with its line.

use crate::problem::Problem;

/// The sections of the file and their items.
#[derive(Debug, Default)]
pub(crate) struct Layout<'t> {
    pub(crate) file: &'t str,
    pub(crate) lines: Vec<&'t str>,
    pub(crate) providers: Vec<Item<'t>>,
    pub(crate) entries: Vec<Item<'t>>,
    pub(crate) problems: Vec<Problem>,
}

/// One list item of the top level: its text without the leading dash, and its first line, from 0.
#[derive(Clone, Debug)]
pub(crate) struct Item<'t> {
    pub(crate) text: String,
    pub(crate) first: usize,
    pub(crate) lines: Vec<&'t str>,
}

impl<'t> Layout<'t> {
    pub(crate) fn read(file: &'t str, text: &'t str) -> Layout<'t> {
        let lines: Vec<&str> = text.lines().collect();
        let mut layout = Layout { file, lines: lines.clone(), ..Layout::default() };
        let mut section: Option<bool> = None;
        let mut open: Option<(bool, Item<'t>)> = None;
        for (number, line) in lines.iter().enumerate() {
            if line.starts_with("- ") || *line == "-" {
                layout.close(open.take());
                match section {
                    Some(is_entry) => {
                        let item = Item {
                            text: format!(" {}\n", line.get(1..).unwrap_or_default()),
                            first: number,
                            lines: vec![*line],
                        };
                        open = Some((is_entry, item));
                    }
                    None => layout.complain(number, 1, "an item stands before `providers:` or `entries:`".into(), None),
                }
            } else if line.starts_with([' ', '\t']) || line.trim().is_empty() || line.starts_with('#') {
                if let Some((_, item)) = &mut open {
                    item.text.push_str(line);
                    item.text.push('\n');
                    item.lines.push(line);
                } else if line.trim_start().starts_with("- ") {
                    layout.complain(
                        number,
                        1,
                        "items of the top level begin in the first column".into(),
                        Some("remove the spaces before the dash; `cargo xtask catalog fmt` does it too".into()),
                    );
                }
            } else {
                layout.close(open.take());
                match line.trim_end() {
                    "providers:" => section = Some(false),
                    "entries:" => section = Some(true),
                    "---" => {}
                    other => {
                        section = None;
                        layout.complain(
                            number,
                            1,
                            format!("`{other}` is no section of a catalogue"),
                            Some("the sections are `providers:` and `entries:`; items begin with `- ` in the first column".into()),
                        );
                    }
                }
            }
        }
        layout.close(open.take());
        layout
    }

    fn close(&mut self, open: Option<(bool, Item<'t>)>) {
        match open {
            Some((true, item)) => self.entries.push(item),
            Some((false, item)) => self.providers.push(item),
            None => {}
        }
    }

    fn complain(&mut self, line: usize, column: usize, message: String, help: Option<String>) {
        let problem = self.problem((line, column), message, help);
        self.problems.push(problem);
    }

    /// A problem at a place (line from 0, column from 1).
    pub(crate) fn problem(&self, at: (usize, usize), message: String, help: Option<String>) -> Problem {
        Problem {
            file: self.file.to_string(),
            line: at.0 + 1,
            column: at.1.max(1),
            excerpt: self.lines.get(at.0).unwrap_or(&"").to_string(),
            message,
            help,
        }
    }
}

impl Item<'_> {
    /// The place of the field `key`, or of the item number `nth` of its list. The item's first line where there is no such field.
    pub(crate) fn place(&self, key: &str, nth: Option<usize>) -> (usize, usize) {
        let found = self.lines.iter().enumerate().find(|(_, line)| field_of(line) == Some(key));
        let Some((at, line)) = found else {
            return (self.first, 1);
        };
        let indent = indent_of(line);
        let value = line.split_once(':').map_or(1, |(name, rest)| name.len() + 2 + usize::from(rest.starts_with(' ')));
        let Some(nth) = nth else {
            return (self.first + at, indent + 1);
        };
        let mut seen = 0;
        for (offset, line) in self.lines.iter().enumerate().skip(at + 1) {
            let deep = indent_of(line);
            if !line.trim().is_empty() && deep < indent
                || (deep == indent && !line.trim_start().starts_with('-') && !line.trim().is_empty())
            {
                break;
            }
            if line.trim_start().starts_with("- ") {
                if seen == nth {
                    return (self.first + offset, deep + 3);
                }
                seen += 1;
            }
        }
        (self.first + at, value.min(line.chars().count().max(1)))
    }
}

/// The name of the field that a line begins, if it begins one.
pub(crate) fn field_of(line: &str) -> Option<&str> {
    let line = line.strip_prefix("- ").unwrap_or(line).trim_start();
    let (name, _) = line.split_once(':')?;
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).then_some(name)
}

fn indent_of(line: &str) -> usize {
    if line.starts_with("- ") { 2 } else { line.len() - line.trim_start().len() }
}
