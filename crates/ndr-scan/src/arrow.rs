//! A scan as a table: Arrow record batches, one row for each recipient.
//!
//! A message without recipients gives one row, and a message that could not be read gives one row with `error`. What
//! the message does not say is null.
//!
//! | column | type | what it holds |
//! |---|---|---|
//! | `source` | string | where the message came from |
//! | `kind` | word | what the message is: [`ndr::Kind`] |
//! | `dialect`, `generator` | string | what wrote the report, and the host that did |
//! | `date` | time | when the report was written |
//! | `address`, `original_address` | string | the address that failed, and what the sender typed |
//! | `action` | word | [`ndr::Action`] |
//! | `status` | string | the enhanced status code |
//! | `reply` | uint16 | the SMTP reply code |
//! | `text`, `remote`, `command` | string | the server's words, the server, the command it answered |
//! | `slug`, `provider`, `title`, `category` | word | the diagnosis: its entry of the catalogue |
//! | `permanent` | bool | whether the failure is permanent |
//! | `act` | list of words | who must act, in order |
//! | `suppress`, `retry` | word | whether to drop the address, and whether to send again |
//! | `about` | word | about whom the refusal speaks: [`ndr::Party`] |
//! | `security` | bool | whether it may mean a compromised account or an attack |
//! | `basis`, `certainty` | word | which evidence decided, and how sure it is |
//! | `evidence` | string | the words that decided |
//! | `values` | map of string to string | what the server's words name, such as `ip` |
//! | `original_message_id`, `original_from`, `original_to`, `original_subject` | string | the message that bounced |
//! | `original_date` | time | its date, where that can be read |
//! | `original_date_text` | string | its date as written |
//! | `notes` | list of strings | codes of the notes on the report |
//! | `error` | string | why the message could not be read |
//! | `meaning` | string | what the diagnosis means (asked for with [`Columns::with_steps`], as the next two) |
//! | `steps_sender`, `steps_admin` | list of strings | what each does next |
//!
//! A *word* is a string of a closed set, dictionary-encoded with int32 keys; every batch of a scan shares the
//! dictionary. A *time* is a timestamp in microseconds, UTC.

use crate::ordered::{Ordered, Progress, Step};
use crate::{Record, Scan, date};
use arrow_array::builder::{
    BooleanBuilder, Int32Builder, ListBuilder, MapBuilder, MapFieldNames, StringBuilder, TimestampMicrosecondBuilder,
    UInt16Builder,
};
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int32Array, ListArray, RecordBatch, RecordBatchReader, StringArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use ndr::{
    Action, Actor, Basis, Catalog, Category, Certainty, Diagnosis, Kind, Party, Recipient, Report, Retry, Suppress,
};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Most rows of a batch, unless one unit of work has more.
const ROWS: usize = 8192;
/// Texts of a batch end here, so that 32-bit offsets suffice.
const TEXT_BYTES: usize = 128 << 20;

/// In the order of their values.
const BASES: [Basis; 6] =
    [Basis::CodeAndText, Basis::RangeAndText, Basis::Text, Basis::Code, Basis::Range, Basis::Class];

/// Which columns there are, and how words are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    steps: bool,
    plain: bool,
}

impl Columns {
    /// Adds `meaning`, `steps_sender` and `steps_admin`.
    pub fn with_steps(self) -> Columns {
        Columns { steps: true, ..self }
    }

    /// Stores words as plain strings, for readers that know no dictionaries, such as Spark.
    pub fn without_dictionaries(self) -> Columns {
        Columns { plain: true, ..self }
    }

    /// The schema of every batch.
    ///
    /// ```
    /// let schema = ndr_scan::arrow::Columns::default().schema();
    /// assert_eq!(schema.field(0).name(), "source");
    /// assert!(schema.field_with_name("meaning").is_err());
    /// ```
    pub fn schema(self) -> SchemaRef {
        let word = || match self.plain {
            true => DataType::Utf8,
            false => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        };
        let list = |item: DataType| DataType::List(Arc::new(Field::new_list_field(item, true)));
        let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let mut fields = vec![
            Field::new("source", DataType::Utf8, false),
            Field::new("kind", word(), false),
            Field::new("dialect", DataType::Utf8, true),
            Field::new("generator", DataType::Utf8, true),
            Field::new("date", time(), true),
            Field::new("address", DataType::Utf8, true),
            Field::new("original_address", DataType::Utf8, true),
            Field::new("action", word(), true),
            Field::new("status", DataType::Utf8, true),
            Field::new("reply", DataType::UInt16, true),
            Field::new("text", DataType::Utf8, true),
            Field::new("remote", DataType::Utf8, true),
            Field::new("command", DataType::Utf8, true),
            Field::new("slug", word(), true),
            Field::new("provider", word(), true),
            Field::new("title", word(), true),
            Field::new("category", word(), true),
            Field::new("permanent", DataType::Boolean, true),
            Field::new("act", list(word()), true),
            Field::new("suppress", word(), true),
            Field::new("retry", word(), true),
            Field::new("about", word(), true),
            Field::new("security", DataType::Boolean, true),
            Field::new("basis", word(), true),
            Field::new("certainty", word(), true),
            Field::new("evidence", DataType::Utf8, true),
            Field::new("values", map(), true),
            Field::new("original_message_id", DataType::Utf8, true),
            Field::new("original_from", DataType::Utf8, true),
            Field::new("original_to", DataType::Utf8, true),
            Field::new("original_subject", DataType::Utf8, true),
            Field::new("original_date", time(), true),
            Field::new("original_date_text", DataType::Utf8, true),
            Field::new("notes", list(DataType::Utf8), false),
            Field::new("error", DataType::Utf8, true),
        ];
        if self.steps {
            fields.push(Field::new("meaning", DataType::Utf8, true));
            fields.push(Field::new("steps_sender", list(DataType::Utf8), true));
            fields.push(Field::new("steps_admin", list(DataType::Utf8), true));
        }
        Arc::new(Schema::new(fields))
    }
}

fn map() -> DataType {
    let names = MapFieldNames::default();
    let entry = DataType::Struct(
        vec![Field::new(names.key, DataType::Utf8, false), Field::new(names.value, DataType::Utf8, true)].into(),
    );
    DataType::Map(Arc::new(Field::new(names.entry, entry, false)), false)
}

impl Scan {
    /// Every recipient as a row. The batches are built by the threads that decode.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan, arrow::Columns};
    /// let rows = (0..300).map(|n| (n.to_string(), b"550 5.1.1 User unknown".to_vec()));
    /// let batches = Scan::new([Input::messages(rows)]).record_batches(Columns::default());
    /// assert_eq!(batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 300);
    /// ```
    pub fn record_batches(self, columns: Columns) -> Batches {
        let rows = Rows::new(&self.catalog, columns);
        let (vocabulary, schema) = (Arc::clone(&rows.vocabulary), Arc::clone(&rows.schema));
        let for_units = Arc::clone(&schema);
        let units = self.fold(
            move || Unit { done: Vec::new(), rows: Rows::of(&vocabulary, &for_units, columns) },
            |unit: &mut Unit, record| {
                for row in rows_of(&record) {
                    unit.rows.row(&record, row);
                    if unit.rows.bytes >= TEXT_BYTES {
                        unit.done.push(unit.rows.finish());
                    }
                }
            },
        );
        Batches { units, schema, parts: VecDeque::new(), ended: false }
    }
}

/// What one unit of work gathers.
struct Unit {
    done: Vec<Result<(RecordBatch, usize), ArrowError>>,
    rows: Rows,
}

/// The batches of a scan, in order.
pub struct Batches {
    units: Ordered<Unit>,
    schema: SchemaRef,
    /// Parts of the next batches, with the bytes of their texts.
    parts: VecDeque<(RecordBatch, usize)>,
    ended: bool,
}

impl Batches {
    /// How far the scan is.
    pub fn progress(&self) -> Progress {
        self.units.progress()
    }

    /// The next batch if it comes within that time: see [`Ordered::next_within`].
    pub fn next_within(&mut self, time: Duration) -> Step<Result<RecordBatch, ArrowError>> {
        let until = Instant::now() + time;
        while !self.ended && self.fitting() == self.parts.len() {
            match self.units.next_within(until.saturating_duration_since(Instant::now())) {
                Step::Waiting => return Step::Waiting,
                Step::End => self.ended = true,
                Step::Next(mut unit) => {
                    unit.done.push(unit.rows.finish());
                    for part in unit.done {
                        match part {
                            Ok(part) => self.parts.push_back(part),
                            Err(error) => return Step::Next(Err(error)),
                        }
                    }
                }
            }
        }
        if self.parts.is_empty() {
            return Step::End;
        }
        let parts: Vec<RecordBatch> = self.parts.drain(..self.fitting()).map(|(part, _)| part).collect();
        Step::Next(arrow_select::concat::concat_batches(&self.schema, &parts))
    }

    /// How many parts make a batch; all of them, if more would fit.
    fn fitting(&self) -> usize {
        let (mut rows, mut bytes) = (0, 0);
        for (n, (part, texts)) in self.parts.iter().enumerate() {
            if n > 0 && (rows + part.num_rows() > ROWS || bytes + texts > TEXT_BYTES) {
                return n;
            }
            rows += part.num_rows();
            bytes += texts;
        }
        self.parts.len()
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_within(Duration::from_secs(1)) {
                Step::Next(batch) => return Some(batch),
                Step::Waiting => {}
                Step::End => return None,
            }
        }
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// Builds a batch row by row, for those who decode by themselves.
///
/// ```
/// use ndr_scan::arrow::{Columns, Rows};
/// let mut rows = Rows::new(ndr::catalog(), Columns::default());
/// rows.push(&ndr_scan::Record::decoded("a.eml", b"550 5.1.1 User unknown", &ndr::Decoder::new()));
/// assert_eq!(rows.batch().unwrap().num_rows(), 1);
/// ```
pub struct Rows {
    vocabulary: Arc<Vocabulary>,
    schema: SchemaRef,
    columns: Columns,
    /// Bytes of texts, about.
    bytes: usize,
    source: StringBuilder,
    kind: Int32Builder,
    dialect: StringBuilder,
    generator: StringBuilder,
    date: TimestampMicrosecondBuilder,
    address: StringBuilder,
    original_address: StringBuilder,
    action: Int32Builder,
    status: StringBuilder,
    reply: UInt16Builder,
    text: StringBuilder,
    remote: StringBuilder,
    command: StringBuilder,
    slug: Int32Builder,
    provider: Int32Builder,
    title: Int32Builder,
    category: Int32Builder,
    permanent: BooleanBuilder,
    act: ListBuilder<Int32Builder>,
    suppress: Int32Builder,
    retry: Int32Builder,
    about: Int32Builder,
    security: BooleanBuilder,
    basis: Int32Builder,
    certainty: Int32Builder,
    evidence: StringBuilder,
    values: MapBuilder<StringBuilder, StringBuilder>,
    message_id: StringBuilder,
    from: StringBuilder,
    to: StringBuilder,
    subject: StringBuilder,
    original_date: TimestampMicrosecondBuilder,
    original_date_text: StringBuilder,
    notes: ListBuilder<StringBuilder>,
    error: StringBuilder,
    meaning: StringBuilder,
    steps_sender: ListBuilder<StringBuilder>,
    steps_admin: ListBuilder<StringBuilder>,
}

/// The rows of a record: its recipients, or one without.
fn rows_of(record: &Record) -> impl Iterator<Item = Option<&Recipient>> {
    let recipients = record.result.as_ref().map_or(&[][..], |report| &report.recipients[..]);
    recipients.iter().map(Some).chain(recipients.is_empty().then_some(None))
}

impl Rows {
    /// No rows yet. Diagnoses are looked up in the catalogue, which must be that of the decoder.
    pub fn new(catalog: &Catalog, columns: Columns) -> Rows {
        Rows::of(&Arc::new(Vocabulary::new(catalog)), &columns.schema(), columns)
    }

    fn of(vocabulary: &Arc<Vocabulary>, schema: &SchemaRef, columns: Columns) -> Rows {
        let time = || TimestampMicrosecondBuilder::new().with_timezone("UTC");
        Rows {
            vocabulary: Arc::clone(vocabulary),
            schema: Arc::clone(schema),
            columns,
            bytes: 0,
            source: StringBuilder::new(),
            kind: Int32Builder::new(),
            dialect: StringBuilder::new(),
            generator: StringBuilder::new(),
            date: time(),
            address: StringBuilder::new(),
            original_address: StringBuilder::new(),
            action: Int32Builder::new(),
            status: StringBuilder::new(),
            reply: UInt16Builder::new(),
            text: StringBuilder::new(),
            remote: StringBuilder::new(),
            command: StringBuilder::new(),
            slug: Int32Builder::new(),
            provider: Int32Builder::new(),
            title: Int32Builder::new(),
            category: Int32Builder::new(),
            permanent: BooleanBuilder::new(),
            act: ListBuilder::new(Int32Builder::new()),
            suppress: Int32Builder::new(),
            retry: Int32Builder::new(),
            about: Int32Builder::new(),
            security: BooleanBuilder::new(),
            basis: Int32Builder::new(),
            certainty: Int32Builder::new(),
            evidence: StringBuilder::new(),
            values: MapBuilder::new(None, StringBuilder::new(), StringBuilder::new()),
            message_id: StringBuilder::new(),
            from: StringBuilder::new(),
            to: StringBuilder::new(),
            subject: StringBuilder::new(),
            original_date: time(),
            original_date_text: StringBuilder::new(),
            notes: ListBuilder::new(StringBuilder::new()),
            error: StringBuilder::new(),
            meaning: StringBuilder::new(),
            steps_sender: ListBuilder::new(StringBuilder::new()),
            steps_admin: ListBuilder::new(StringBuilder::new()),
        }
    }

    /// Adds the rows of a record.
    pub fn push(&mut self, record: &Record) {
        for recipient in rows_of(record) {
            self.row(record, recipient);
        }
    }

    /// The rows so far as a batch, and none after it.
    ///
    /// # Errors
    /// Where the columns do not fit the schema, which is a fault of ndr.
    pub fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        self.finish().map(|(batch, _)| batch)
    }

    fn row(&mut self, record: &Record, recipient: Option<&Recipient>) {
        self.bytes += record.source.len() + 256;
        self.source.append_value(&record.source);
        self.date.append_option(record.date.map(|seconds| seconds.saturating_mul(1_000_000)));
        match &record.result {
            Ok(report) => {
                self.report(report);
                self.error.append_null();
            }
            Err(error) => {
                self.no_report();
                self.notes.append_value([Some(error.kind.slug())]);
                self.error.append_value(&error.message);
            }
        }
        self.recipient(recipient);
        self.diagnosis(recipient.and_then(|recipient| recipient.diagnosis.as_ref()));
    }

    fn report(&mut self, report: &Report) {
        let original = &report.original;
        let texts = [&original.from, &original.to, &original.subject, &original.message_id, &report.generator];
        self.bytes += texts.into_iter().flatten().map(String::len).sum::<usize>();
        self.kind.append_value(report.kind as i32);
        self.dialect.append_option(report.dialect);
        self.generator.append_option(report.generator.as_deref());
        self.message_id.append_option(original.message_id.as_deref());
        self.from.append_option(original.from.as_deref());
        self.to.append_option(original.to.as_deref());
        self.subject.append_option(original.subject.as_deref());
        let seconds = original.date.as_deref().and_then(date::seconds);
        self.original_date.append_option(seconds.map(|seconds| seconds.saturating_mul(1_000_000)));
        self.original_date_text.append_option(original.date.as_deref());
        self.notes.append_value(report.notes.iter().map(|note| Some(note.code)));
    }

    fn no_report(&mut self) {
        self.kind.append_value(Kind::Other as i32);
        self.original_date.append_null();
        for column in [
            &mut self.dialect,
            &mut self.generator,
            &mut self.message_id,
            &mut self.from,
            &mut self.to,
            &mut self.subject,
            &mut self.original_date_text,
        ] {
            column.append_null();
        }
    }

    fn recipient(&mut self, recipient: Option<&Recipient>) {
        let text = recipient.and_then(|recipient| recipient.text.as_deref());
        self.bytes += text.map_or(0, str::len);
        self.address.append_option(recipient.and_then(|recipient| recipient.address.as_deref()));
        self.original_address.append_option(recipient.and_then(|recipient| recipient.original_address.as_deref()));
        self.action.append_option(recipient.and_then(|recipient| recipient.action).map(|action| action as i32));
        let status = recipient.and_then(|recipient| recipient.status);
        self.status.append_option(status.map(|status| status.to_string()));
        self.reply.append_option(recipient.and_then(|recipient| recipient.reply));
        self.text.append_option(text);
        self.remote.append_option(recipient.and_then(|recipient| recipient.remote.as_deref()));
        self.command.append_option(recipient.and_then(|recipient| recipient.command));
    }

    fn diagnosis(&mut self, diagnosis: Option<&Diagnosis>) {
        let entry = diagnosis.map(|diagnosis| diagnosis.entry);
        let known = entry.and_then(|entry| self.vocabulary.keys.get(entry.slug)).copied();
        self.slug.append_option(known.map(|keys| keys.slug));
        self.provider.append_option(known.map(|keys| keys.provider));
        self.title.append_option(known.map(|keys| keys.title));
        self.category.append_option(entry.map(|entry| entry.category as i32));
        self.permanent.append_option(diagnosis.and_then(|diagnosis| diagnosis.permanent));
        self.act.append_option(entry.map(|entry| entry.act.iter().map(|actor| Some(*actor as i32))));
        self.suppress.append_option(diagnosis.map(|diagnosis| diagnosis.suppress as i32));
        self.retry.append_option(diagnosis.map(|diagnosis| diagnosis.retry as i32));
        self.about.append_option(diagnosis.and_then(|diagnosis| diagnosis.about).map(|party| party as i32));
        self.security.append_option(entry.map(|entry| entry.security));
        self.basis.append_option(diagnosis.map(|diagnosis| diagnosis.basis as i32));
        self.certainty.append_option(diagnosis.map(|diagnosis| diagnosis.certainty as i32));
        let evidence = diagnosis.and_then(|diagnosis| diagnosis.evidence.as_ref());
        self.evidence.append_option(evidence.map(|evidence| &evidence.phrase));
        let values = diagnosis.map_or(&[][..], |diagnosis| &diagnosis.values);
        for (n, (name, value)) in values.iter().enumerate() {
            if !values.iter().take(n).any(|(known, _)| known == name) {
                self.bytes += value.len();
                self.values.keys().append_value(name);
                self.values.values().append_value(value);
            }
        }
        // Keys and values were appended in pairs, and that is all that could fail.
        let _ = self.values.append(diagnosis.is_some());
        if self.columns.steps {
            self.bytes += 4096;
            self.meaning.append_option(diagnosis.map(Diagnosis::meaning));
            self.steps_sender.append_option(diagnosis.map(|diagnosis| diagnosis.steps_sender().into_iter().map(Some)));
            self.steps_admin.append_option(diagnosis.map(|diagnosis| diagnosis.steps_admin().into_iter().map(Some)));
        }
    }

    fn finish(&mut self) -> Result<(RecordBatch, usize), ArrowError> {
        let v = Arc::clone(&self.vocabulary);
        let plain = self.columns.plain;
        let word = |keys: &mut Int32Builder, values: &ArrayRef| coded(keys.finish(), values, plain);
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.source.finish()),
            word(&mut self.kind, &v.kinds)?,
            Arc::new(self.dialect.finish()),
            Arc::new(self.generator.finish()),
            Arc::new(self.date.finish()),
            Arc::new(self.address.finish()),
            Arc::new(self.original_address.finish()),
            word(&mut self.action, &v.actions)?,
            Arc::new(self.status.finish()),
            Arc::new(self.reply.finish()),
            Arc::new(self.text.finish()),
            Arc::new(self.remote.finish()),
            Arc::new(self.command.finish()),
            word(&mut self.slug, &v.slugs)?,
            word(&mut self.provider, &v.providers)?,
            word(&mut self.title, &v.titles)?,
            word(&mut self.category, &v.categories)?,
            Arc::new(self.permanent.finish()),
            coded_list(self.act.finish(), &v.actors, plain)?,
            word(&mut self.suppress, &v.suppress)?,
            word(&mut self.retry, &v.retry)?,
            word(&mut self.about, &v.parties)?,
            Arc::new(self.security.finish()),
            word(&mut self.basis, &v.bases)?,
            word(&mut self.certainty, &v.certainties)?,
            Arc::new(self.evidence.finish()),
            Arc::new(self.values.finish()),
            Arc::new(self.message_id.finish()),
            Arc::new(self.from.finish()),
            Arc::new(self.to.finish()),
            Arc::new(self.subject.finish()),
            Arc::new(self.original_date.finish()),
            Arc::new(self.original_date_text.finish()),
            Arc::new(self.notes.finish()),
            Arc::new(self.error.finish()),
        ];
        if self.columns.steps {
            columns.push(Arc::new(self.meaning.finish()));
            columns.push(Arc::new(self.steps_sender.finish()));
            columns.push(Arc::new(self.steps_admin.finish()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        Ok((batch, std::mem::take(&mut self.bytes)))
    }
}

/// Words from their keys.
fn coded(keys: Int32Array, values: &ArrayRef, plain: bool) -> Result<ArrayRef, ArrowError> {
    let words = DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(values))?;
    if !plain {
        return Ok(Arc::new(words));
    }
    match words.downcast_dict::<StringArray>() {
        Some(words) => Ok(Arc::new(words.into_iter().collect::<StringArray>())),
        None => Err(ArrowError::SchemaError("words are strings".into())),
    }
}

fn coded_list(keys: ListArray, values: &ArrayRef, plain: bool) -> Result<ArrayRef, ArrowError> {
    let (_, offsets, keys, nulls) = keys.into_parts();
    let keys = keys.as_any().downcast_ref::<Int32Array>().cloned().unwrap_or_else(|| Int32Array::from(vec![0; 0]));
    let words = coded(keys, values, plain)?;
    let field = Arc::new(Field::new_list_field(words.data_type().clone(), true));
    Ok(Arc::new(ListArray::try_new(field, offsets, words, nulls)?))
}

/// The closed sets of words, and which of them belong to an entry.
struct Vocabulary {
    keys: HashMap<&'static str, Keys>,
    kinds: ArrayRef,
    actions: ArrayRef,
    slugs: ArrayRef,
    providers: ArrayRef,
    titles: ArrayRef,
    categories: ArrayRef,
    actors: ArrayRef,
    suppress: ArrayRef,
    retry: ArrayRef,
    parties: ArrayRef,
    bases: ArrayRef,
    certainties: ArrayRef,
}

#[derive(Clone, Copy)]
struct Keys {
    slug: i32,
    provider: i32,
    title: i32,
}

/// Words in the order in which they were first met.
#[derive(Default)]
struct Words {
    list: Vec<&'static str>,
    keys: HashMap<&'static str, i32>,
}

impl Words {
    fn key(&mut self, word: &'static str) -> i32 {
        *self.keys.entry(word).or_insert_with(|| {
            self.list.push(word);
            // The catalogue has at most 65,536 entries.
            i32::try_from(self.list.len()).unwrap_or(i32::MAX) - 1
        })
    }

    fn array(self) -> ArrayRef {
        Arc::new(StringArray::from(self.list))
    }
}

impl Vocabulary {
    fn new(catalog: &Catalog) -> Vocabulary {
        let mut slugs = Words::default();
        let mut providers = Words::default();
        let mut titles = Words::default();
        let keys = catalog.entries().iter().map(|entry| {
            let (slug, provider, title) =
                (slugs.key(entry.slug), providers.key(entry.provider), titles.key(entry.title));
            (entry.slug, Keys { slug, provider, title })
        });
        let keys = keys.collect();
        macro_rules! words {
            ($type:ident) => {
                Arc::new(StringArray::from($type::ALL.iter().map(|value| value.slug()).collect::<Vec<_>>())) as ArrayRef
            };
        }
        Vocabulary {
            keys,
            kinds: words!(Kind),
            actions: words!(Action),
            slugs: slugs.array(),
            providers: providers.array(),
            titles: titles.array(),
            categories: words!(Category),
            actors: words!(Actor),
            suppress: words!(Suppress),
            retry: words!(Retry),
            parties: words!(Party),
            bases: Arc::new(StringArray::from(BASES.map(Basis::slug).to_vec())),
            certainties: words!(Certainty),
        }
    }
}
