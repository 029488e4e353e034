//! A summary of a table that [`record_batches`](crate::Scan::record_batches) gave, whatever became of it since: rows may
//! be fewer and columns stored otherwise, by dataframes and databases.

use crate::row::Row;
use crate::{ErrorKind, Summary};
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampSecondType;
use arrow_array::{Array, ArrayRef, LargeListArray, RecordBatch, StringArray, TimestampSecondArray};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use ndr::{Action, Catalog, Entry, Kind, Retry, Suppress};
use std::ops::Range;
use std::sync::Arc;

/// Gathers a summary from the rows of a table. Rows of one message are next to each other and have the same `source`;
/// without that column, each row is a message. Addresses to drop and to try again are known where the table has the
/// columns `suppress` and `retry`.
///
/// ```
/// use ndr_scan::{Input, Scan, TableSummary, arrow::Columns};
/// let rows = (0..300).map(|n| (n.to_string(), b"550 5.1.1 User unknown".to_vec()));
/// let mut table = TableSummary::new(ndr::Decoder::new().catalog().clone());
/// for batch in Scan::new([Input::messages(rows)]).record_batches(Columns::default()) {
///     table.add(&batch.unwrap()).unwrap();
/// }
/// assert_eq!(table.finish().messages(), 300);
/// ```
#[derive(Debug)]
pub struct TableSummary {
    catalog: Arc<Catalog>,
    summary: Summary,
    /// The source of the row before.
    last: Option<String>,
}

impl TableSummary {
    /// Nothing yet. The catalogue is the one that the table was made with.
    pub fn new(catalog: impl Into<Arc<Catalog>>) -> TableSummary {
        TableSummary { catalog: catalog.into(), summary: Summary::with_addresses(), last: None }
    }

    /// The summary.
    pub fn finish(self) -> Summary {
        self.summary
    }

    /// Counts the rows of a batch.
    ///
    /// # Errors
    /// Where the columns `kind` and `slug` are missing, or a column holds what ndr never writes there.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let columns = Columns::of(batch)?;
        for at in 0..batch.num_rows() {
            self.row(&columns, at)?;
        }
        Ok(())
    }

    fn row(&mut self, columns: &Columns, at: usize) -> Result<(), ArrowError> {
        let kind = known(Kind::ALL, Kind::slug, text(&columns.kind, at), "kind")?.unwrap_or(Kind::Other);
        let entry = text(&columns.slug, at).map(|slug| self.entry(slug)).transpose()?;
        let source = cell(&columns.source, at);
        let date = columns.date.as_ref().filter(|dates| dates.is_valid(at)).map(|dates| dates.value(at));
        let is_new = source.is_none() || source != self.last.as_deref();
        if is_new {
            self.last = source.map(str::to_string);
            self.summary.messages += 1;
            match cell(&columns.error, at) {
                Some(_) => self.summary.error(columns.error_kind(at)),
                None => self.summary.message(kind, date),
            }
        }
        if cell(&columns.error, at).is_some() || !columns.has_recipient(at) {
            return Ok(());
        }
        let suppress = known(Suppress::ALL, Suppress::slug, cell(&columns.suppress, at), "suppress")?;
        let retry = known(Retry::ALL, Retry::slug, cell(&columns.retry, at), "retry")?;
        self.summary.recipient(&Row {
            source: source.unwrap_or_default(),
            kind,
            date,
            address: cell(&columns.address, at),
            original_address: cell(&columns.original_address, at),
            action: known(Action::ALL, Action::slug, cell(&columns.action, at), "action")?,
            remote: cell(&columns.remote, at),
            entry,
            advice: suppress.zip(retry),
            values: columns.values.as_ref().map(|values| values.of_row(at)).unwrap_or_default(),
            message_id: cell(&columns.message_id, at),
            from: cell(&columns.from, at),
            subject: cell(&columns.subject, at),
        });
        Ok(())
    }

    fn entry(&self, slug: &str) -> Result<&'static Entry, ArrowError> {
        self.catalog.by_slug(slug).ok_or_else(|| {
            let message = "the catalogue has no entry of that name; take the one that the table was made with";
            ArrowError::InvalidArgumentError(format!("slug `{slug}`: {message}"))
        })
    }
}

/// A word of a closed set.
fn known<T: Copy>(
    all: &[T],
    slug: impl Fn(T) -> &'static str,
    word: Option<&str>,
    column: &str,
) -> Result<Option<T>, ArrowError> {
    let Some(word) = word else { return Ok(None) };
    let found = all.iter().copied().find(|value| slug(*value) == word);
    let error = || ArrowError::InvalidArgumentError(format!("`{word}` in the column `{column}` is no word of ndr"));
    found.map(Some).ok_or_else(error)
}

fn text(column: &StringArray, at: usize) -> Option<&str> {
    column.is_valid(at).then(|| column.value(at))
}

fn cell(column: &Option<StringArray>, at: usize) -> Option<&str> {
    column.as_ref().and_then(|column| text(column, at))
}

/// The columns that count, each in one form.
struct Columns {
    kind: StringArray,
    slug: StringArray,
    source: Option<StringArray>,
    date: Option<TimestampSecondArray>,
    address: Option<StringArray>,
    original_address: Option<StringArray>,
    action: Option<StringArray>,
    status: Option<StringArray>,
    words: Option<StringArray>,
    remote: Option<StringArray>,
    suppress: Option<StringArray>,
    retry: Option<StringArray>,
    message_id: Option<StringArray>,
    from: Option<StringArray>,
    subject: Option<StringArray>,
    error: Option<StringArray>,
    notes: Option<LargeListArray>,
    values: Option<Values>,
}

impl Columns {
    fn of(batch: &RecordBatch) -> Result<Columns, ArrowError> {
        let texts = |name: &str| batch.column_by_name(name).map(strings).transpose();
        let needed = |name: &str| {
            let missing = || ArrowError::SchemaError(format!("the table has no column `{name}`, as a scan gives it"));
            texts(name)?.ok_or_else(missing)
        };
        let time = DataType::Timestamp(TimeUnit::Second, None);
        let date = batch.column_by_name("date").map(|dates| arrow_cast::cast(dates, &time)).transpose()?;
        let notes = batch.column_by_name("notes").and_then(|notes| list_of(notes, DataType::Utf8));
        Ok(Columns {
            kind: needed("kind")?,
            slug: needed("slug")?,
            source: texts("source")?,
            date: date.map(|dates| dates.as_primitive::<TimestampSecondType>().clone()),
            address: texts("address")?,
            original_address: texts("original_address")?,
            action: texts("action")?,
            status: texts("status")?,
            words: texts("text")?,
            remote: texts("remote")?,
            suppress: texts("suppress")?,
            retry: texts("retry")?,
            message_id: texts("original_message_id")?,
            from: texts("original_from")?,
            subject: texts("original_subject")?,
            error: texts("error")?,
            notes,
            values: batch.column_by_name("values").and_then(Values::of),
        })
    }

    /// A message without recipients is a row too.
    fn has_recipient(&self, at: usize) -> bool {
        let said = [&self.address, &self.action, &self.status, &self.words];
        self.slug.is_valid(at) || said.into_iter().any(|column| cell(column, at).is_some())
    }

    /// The kind of an error is one of the notes.
    fn error_kind(&self, at: usize) -> ErrorKind {
        let Some(notes) = self.notes.as_ref().filter(|notes| notes.is_valid(at)) else { return ErrorKind::Unreadable };
        let notes = notes.value(at);
        let notes = notes.as_string::<i32>();
        let is = |kind: &ErrorKind| notes.iter().flatten().any(|note| note == kind.slug());
        ErrorKind::ALL.iter().copied().find(is).unwrap_or(ErrorKind::Unreadable)
    }
}

fn strings(column: &ArrayRef) -> Result<StringArray, ArrowError> {
    Ok(arrow_cast::cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
}

fn list_of(column: &ArrayRef, item: DataType) -> Option<LargeListArray> {
    let list = DataType::LargeList(Arc::new(arrow_schema::Field::new_list_field(item, true)));
    let cast = arrow_cast::cast(column, &list).ok()?;
    cast.as_list_opt::<i64>().cloned()
}

/// Names and values of every row: a map, or a list of pairs where a library knows no maps.
struct Values {
    ranges: Vec<Range<usize>>,
    names: StringArray,
    values: StringArray,
}

impl Values {
    fn of(column: &ArrayRef) -> Option<Values> {
        let (ranges, (names, values)) = match column.data_type() {
            DataType::Map(..) => {
                let map = column.as_map();
                let pairs: ArrayRef = Arc::new(map.entries().clone());
                (ranges(map.value_offsets().iter().map(|offset| *offset as usize)), pairs_of(&pairs)?)
            }
            DataType::List(_) => {
                let list = column.as_list::<i32>();
                (ranges(list.value_offsets().iter().map(|offset| *offset as usize)), pairs_of(list.values())?)
            }
            DataType::LargeList(_) => {
                let list = column.as_list::<i64>();
                (ranges(list.value_offsets().iter().map(|offset| *offset as usize)), pairs_of(list.values())?)
            }
            _ => return None,
        };
        Some(Values { ranges, names, values })
    }

    fn of_row(&self, row: usize) -> Vec<(&str, &str)> {
        self.ranges
            .get(row)
            .cloned()
            .unwrap_or_default()
            .filter_map(|at| Some((text(&self.names, at)?, text(&self.values, at)?)))
            .collect()
    }
}

/// Names and values of pairs: structures of two, or lists of two, as pandas has them.
fn pairs_of(pairs: &ArrayRef) -> Option<(StringArray, StringArray)> {
    if let Some(pairs) = pairs.as_struct_opt() {
        let part = |at: usize| pairs.columns().get(at).and_then(|column| strings(column).ok());
        return Some((part(0)?, part(1)?));
    }
    let pairs = list_of(pairs, DataType::Utf8)?;
    let part = |at: usize| {
        let of_pair = |pair: Option<ArrayRef>| {
            let pair = pair?;
            let pair = pair.as_string_opt::<i32>()?;
            (pair.len() == 2).then(|| pair.value(at).to_string())
        };
        pairs.iter().map(of_pair).collect::<StringArray>()
    };
    Some((part(0), part(1)))
}

fn ranges(offsets: impl Iterator<Item = usize> + Clone) -> Vec<Range<usize>> {
    offsets.clone().zip(offsets.skip(1)).map(|(start, end)| start..end).collect()
}
