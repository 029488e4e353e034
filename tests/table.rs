//! A scan as a table: what the columns hold is what the JSON holds.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMicrosecondType, UInt16Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::DataType;
use ndr_scan::arrow::{Columns, Rows};
use ndr_scan::{Input, Record, Scan, Step};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn inputs() -> Vec<PathBuf> {
    vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples"), "no-such-file.eml".into()]
}

/// A cell as JSON.
fn cell(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => json!(column.as_string::<i32>().value(row)),
        DataType::Boolean => json!(column.as_boolean().value(row)),
        DataType::UInt16 => json!(column.as_primitive::<UInt16Type>().value(row)),
        DataType::Timestamp(..) => json!(column.as_primitive::<TimestampMicrosecondType>().value(row)),
        DataType::Dictionary(..) => {
            let words = column.as_dictionary::<Int32Type>();
            cell(words.values(), words.key(row).unwrap())
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            (0..items.len()).map(|n| cell(&items, n)).collect()
        }
        DataType::Map(..) => {
            let entries = column.as_map().value(row);
            let pairs = (0..entries.len()).map(|n| {
                let name = cell(entries.column(0), n).as_str().unwrap().to_string();
                (name, cell(entries.column(1), n))
            });
            Value::Object(pairs.collect())
        }
        other => panic!("no column is {other}"),
    }
}

/// The rows that a record gives, by the names of the columns.
fn expected(record: &Record) -> Vec<Value> {
    let report = serde_json::to_value(record).unwrap();
    let recipients = report["recipients"].as_array().unwrap().clone();
    let recipients = if recipients.is_empty() { vec![Value::Null] } else { recipients };
    recipients
        .iter()
        .map(|recipient| {
            let diagnosis = &recipient["diagnosis"];
            let original = &report["original"];
            json!({
                "source": report["source"], "kind": report["kind"], "dialect": report["dialect"],
                "generator": report["generator"], "date": record.date.map(|seconds| seconds * 1_000_000),
                "address": recipient["address"], "original_address": recipient["original_address"],
                "action": recipient["action"], "status": recipient["status"], "reply": recipient["reply"],
                "text": recipient["text"], "remote": recipient["remote"], "command": recipient["command"],
                "slug": diagnosis["slug"], "provider": diagnosis["provider"], "title": diagnosis["title"],
                "category": diagnosis["category"], "permanent": diagnosis["permanent"], "act": diagnosis["act"],
                "suppress": diagnosis["suppress"], "retry": diagnosis["retry"],
                "about": diagnosis["about"], "certainty": diagnosis["certainty"], "security": diagnosis["security"],
                "basis": diagnosis["basis"], "evidence": diagnosis["evidence"]["phrase"],
                "values": diagnosis["values"],
                "original_message_id": original["message_id"], "original_from": original["from"],
                "original_to": original["to"], "original_subject": original["subject"],
                "original_date_text": original["date"],
                "notes": report["notes"].as_array().unwrap().iter().map(|note| note["code"].clone()).collect::<Value>(),
                "error": record.result.as_ref().err().map(|error| error.message.clone()),
                "meaning": diagnosis["meaning"], "steps_sender": diagnosis["steps"]["sender"],
                "steps_admin": diagnosis["steps"]["admin"],
            })
        })
        .collect()
}

fn batches(columns: Columns, jobs: usize) -> Vec<RecordBatch> {
    Scan::of(inputs()).jobs(jobs).record_batches(columns).map(|batch| batch.unwrap()).collect()
}

#[test]
fn the_table_holds_what_json_holds() {
    let rows: Vec<Value> = Scan::of(inputs()).records().flat_map(|record| expected(&record)).collect();
    for columns in [Columns::default().with_steps(), Columns::default().with_steps().without_dictionaries()] {
        let batches = batches(columns, 2);
        let mut rows = rows.iter();
        let mut dates = 0;
        for batch in &batches {
            assert_eq!(batch.schema(), columns.schema());
            for n in 0..batch.num_rows() {
                let row = rows.next().unwrap();
                for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                    let found = cell(column, n);
                    if field.name() == "original_date" {
                        // The JSON has no such field: it is the date in original_date_text.
                        assert!(found.is_null() || !row["original_date_text"].is_null());
                        dates += usize::from(!found.is_null());
                        continue;
                    }
                    assert_eq!(found, row[field.name()], "{} of {}", field.name(), row["source"]);
                }
            }
        }
        assert!(rows.next().is_none());
        assert!(dates > 50, "only {dates} dates were read");
    }
}

#[test]
fn columns_that_nobody_asked_for_are_not_there() {
    let batches = batches(Columns::default(), 1);
    assert!(batches[0].column_by_name("meaning").is_none());
    assert_eq!(batches[0].num_columns(), 35);
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let one = batches(Columns::default(), 1);
    assert_eq!(batches(Columns::default(), 7), one);
}

#[test]
fn batches_are_large_share_their_words_and_keep_the_order() {
    let rows = (0..20_000).map(|n| (n.to_string(), b"550 5.1.1 User unknown".to_vec()));
    let scan = Scan::new([Input::messages(rows)]).jobs(3);
    let batches = scan.record_batches(Columns::default());
    assert_eq!(batches.schema(), Columns::default().schema());
    let batches: Vec<RecordBatch> = batches.map(|batch| batch.unwrap()).collect();
    let sizes: Vec<usize> = batches.iter().map(|batch| batch.num_rows()).collect();
    assert_eq!(sizes, [8192, 8192, 20_000 - 2 * 8192]);
    let mut n = 0;
    for batch in &batches {
        let sources = batch.column_by_name("source").unwrap().as_string::<i32>();
        sources.iter().for_each(|source| {
            assert_eq!(source.unwrap(), n.to_string());
            n += 1;
        });
        // As many words as the catalogue has entries, and no copies of them.
        let slugs = batch.column_by_name("slug").unwrap().as_dictionary::<Int32Type>();
        assert_eq!(slugs.values().len(), ndr::catalog().entries().len());
    }
}

#[test]
fn texts_beyond_what_a_batch_can_hold_make_more_batches() {
    // 600 records of a megabyte each: more than one batch takes.
    let mut report = ndr::decode(b"550 5.1.1 User unknown");
    report.recipients[0].text = Some("x".repeat(1 << 20));
    let rows = (0..600).map(|n| (n.to_string(), Vec::new()));
    let scan = Scan::new([Input::messages(rows)]).jobs(2).decode_with(move |_| report.clone());
    let sizes: Vec<usize> = scan.record_batches(Columns::default()).map(|batch| batch.unwrap().num_rows()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 600);
    assert!(sizes.len() > 3, "{sizes:?}");
}

#[test]
fn rows_by_hand() {
    let mut rows = Rows::new(ndr::catalog(), Columns::default());
    let decoder = ndr::Decoder::new();
    assert_eq!(rows.batch().unwrap().num_rows(), 0);
    rows.push(&Record::decoded("a", b"550 5.1.1 User unknown", &decoder));
    rows.push(&Record::decoded("b", b"hello", &decoder));
    let batch = rows.batch().unwrap();
    assert_eq!(batch.num_rows(), 2);
    assert_eq!(cell(batch.column_by_name("slug").unwrap(), 0), "generic-user-unknown");
    assert_eq!(cell(batch.column_by_name("slug").unwrap(), 1), Value::Null);
    assert_eq!(rows.batch().unwrap().num_rows(), 0);
}

#[test]
fn waiting_is_bounded() {
    struct Silent;
    impl std::io::Read for Silent {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            loop {
                std::thread::park();
            }
        }
    }
    let silent = Input::Reader { name: "silent".into(), reader: Box::new(Silent) };
    let mut batches = Scan::new([silent]).record_batches(Columns::default());
    assert!(matches!(batches.next_within(Duration::from_millis(10)), Step::Waiting));
}
