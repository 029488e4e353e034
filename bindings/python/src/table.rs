//! Small results as Arrow tables: the rows are those of the JSON.

use crate::error::InputError;
use crate::json;
use crate::object::line;
use crate::values::List;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_json::ReaderBuilder;
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyIterator, PyList};
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};
use serde::Serialize;
use std::sync::Arc;

/// Columns of a table: their names and types.
pub(crate) type Columns<'c> = &'c [(&'c str, Column)];

/// The types that such tables have.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    Text,
    Texts,
    Number,
    Numbers,
    Flag,
    Time,
    Day,
    /// Objects with these fields, all texts.
    Object(&'static [&'static str]),
    Objects(&'static [&'static str]),
    /// Lists of texts by name.
    Lists(&'static [&'static str]),
}

impl Column {
    fn data_type(self) -> DataType {
        let list = |item| DataType::List(Arc::new(Field::new_list_field(item, true)));
        let object = |fields: &[&str], held: DataType| {
            DataType::Struct(fields.iter().map(|name| Field::new(*name, held.clone(), true)).collect())
        };
        match self {
            Column::Text => DataType::Utf8,
            Column::Texts => list(DataType::Utf8),
            Column::Number => DataType::Int64,
            Column::Numbers => list(DataType::Int64),
            Column::Flag => DataType::Boolean,
            Column::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Column::Day => DataType::Date32,
            Column::Object(fields) => object(fields, DataType::Utf8),
            Column::Objects(fields) => list(object(fields, DataType::Utf8)),
            Column::Lists(fields) => object(fields, list(DataType::Utf8)),
        }
    }
}

/// A reader as a capsule that any Arrow library takes.
pub(crate) fn capsule<'py>(
    py: Python<'py>,
    reader: Box<dyn RecordBatchReader + Send>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyArrowResult<Bound<'py, PyCapsule>> {
    let field = Field::new_struct("", reader.schema().fields().clone(), false);
    let arrays = reader.map(|batch| Ok(Arc::new(StructArray::from(batch?)) as ArrayRef));
    to_stream_pycapsule(py, Box::new(ArrayIterator::new(arrays, Arc::new(field))), requested_schema)
}

/// Rows as a record batch.
pub(crate) fn batch<T: Serialize>(columns: Columns<'_>, rows: &[T]) -> PyResult<RecordBatch> {
    let fields: Vec<Field> = columns.iter().map(|(name, column)| Field::new(*name, column.data_type(), true)).collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let made = ReaderBuilder::new(Arc::clone(&schema)).build_decoder().and_then(|mut decoder| {
        decoder.serialize(rows)?;
        decoder.flush()
    });
    let made = made.map_err(|error| InputError::new_err(error.to_string()))?;
    Ok(made.unwrap_or_else(|| RecordBatch::new_empty(schema)))
}

/// A record batch as a capsule.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    batch: RecordBatch,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyArrowResult<Bound<'py, PyCapsule>> {
    let schema = batch.schema();
    let reader: Box<dyn RecordBatchReader + Send> = Box::new(RecordBatchIterator::new([Ok(batch)], schema));
    capsule(py, reader, requested_schema)
}

/// A small table. Any Arrow library takes it; by itself it is a sequence of dicts.
#[pyclass(frozen, sequence, module = "ndr")]
pub(crate) struct Table {
    json: String,
    batch: RecordBatch,
    html: String,
}

impl Table {
    pub(crate) fn new<T: Serialize>(columns: Columns<'_>, rows: &[T]) -> PyResult<Table> {
        let json = chosen(columns, rows)?;
        let html = html(columns, &json)?;
        Ok(Table { json, html, batch: batch(columns, rows)? })
    }

    pub(crate) fn html(&self) -> &str {
        &self.html
    }

    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(json::loads(py, &self.json)?.cast_into()?)
    }
}

#[pymethods]
impl Table {
    /// The rows as a list of plain dicts.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.rows(py)
    }

    /// The rows as JSON; with `pretty` on several lines.
    #[pyo3(signature = (*, pretty = false))]
    fn to_json(&self, pretty: bool) -> PyResult<String> {
        if pretty { json::pretty(&self.json) } else { Ok(self.json.clone()) }
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> List<String> {
        List(self.batch.schema().fields().iter().map(|field| field.name().clone()).collect())
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        stream(py, self.batch.clone(), requested_schema)
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: isize) -> PyResult<Bound<'py, PyAny>> {
        let len = self.batch.num_rows() as isize;
        let at = if index < 0 { index + len } else { index };
        let row = usize::try_from(at).ok().filter(|at| *at < self.batch.num_rows());
        let row = row.ok_or_else(|| PyIndexError::new_err(format!("row {index} of {len}")))?;
        self.rows(py)?.get_item(row)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.rows(py)?.try_iter()
    }

    fn __repr__(&self) -> String {
        let columns = self.columns().0.join(", ");
        line("Table", [Some(format!("{} rows: {columns}", self.batch.num_rows()).as_str())])
    }

    /// A table, for notebooks.
    fn _repr_html_(&self) -> &str {
        &self.html
    }
}

/// The rows as JSON, each with its columns in their order.
fn chosen<T: Serialize>(columns: Columns<'_>, rows: &[T]) -> PyResult<String> {
    struct Row<'r>(Columns<'r>, serde_json::Value);
    impl Serialize for Row<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|(name, _)| (name, &self.1[*name])))
        }
    }
    let row = |row: &T| Ok(Row(columns, json::read(&json::write(row, false)?)?));
    json::write(&rows.iter().map(row).collect::<PyResult<Vec<_>>>()?, false)
}

/// Most rows of the table for notebooks.
const ROWS: usize = 50;

fn html(columns: Columns<'_>, json: &str) -> PyResult<String> {
    let rows: Vec<serde_json::Value> = json::read(json)?;
    let cell = |tag: &str, text: &str| {
        let text = ndr::sanitize::html(text);
        format!("<{tag} style=\"text-align:left;vertical-align:top;padding:3px 10px\">{text}</{tag}>")
    };
    let head: String = columns.iter().map(|(name, _)| cell("th", name)).collect();
    let mut out = format!("<div class=\"ndr\">\n<table style=\"border-collapse:collapse\">\n<tr>{head}</tr>\n");
    for row in rows.iter().take(ROWS) {
        let cells: String = columns.iter().map(|(name, _)| cell("td", &plain(&row[*name]))).collect();
        out += &format!("<tr>{cells}</tr>\n");
    }
    out += "</table>\n";
    if rows.len() > ROWS {
        out += &format!("<div style=\"opacity:.75\">… and {} more rows</div>\n", rows.len() - ROWS);
    }
    Ok(out + "</div>\n")
}

/// A value in words.
fn plain(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.values().map(plain).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ")
        }
        other => other.to_string(),
    }
}
