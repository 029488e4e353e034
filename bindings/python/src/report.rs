//! The result as Python objects. Each is a view of the JSON that the core wrote, so that attributes, `to_dict()` and
//! `to_json()` cannot disagree with it.

use crate::json;
use crate::object::{self, Reduced, line, object};
use crate::trace::{self, Trace};
use crate::values::{List, Pairs};
use pyo3::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

object! {
    /// What a report says of one recipient, and what it means.
    Recipient {
        address: Option<String>,
        original_address: Option<String>,
        action: Option<String>,
        status: Option<String>,
        reply: Option<u16>,
        text: Option<String>,
        remote: Option<String>,
        command: Option<String>,
        attempts: List<Attempt>,
        diagnosis: Option<Diagnosis>,
        others: List<String>,
    } {
        fn __repr__(&self) -> String {
            let slug = self.diagnosis.as_ref().map_or("no diagnosis", |diagnosis| diagnosis.slug.as_str());
            line("Recipient", [self.address.as_deref(), self.action.as_deref(), self.code().as_deref(), Some(slug)])
        }
    }
}

object! {
    /// One delivery attempt that the report lists.
    Attempt {
        time: String,
        server: Option<String>,
        text: String,
    } {
        fn __repr__(&self) -> String {
            line("Attempt", [Some(self.time.as_str()), self.server.as_deref(), Some(&self.text)])
        }
    }
}

object! {
    /// What a failure means, who must act, and what they do next.
    Diagnosis {
        slug: String,
        provider: String,
        title: String,
        category: String,
        permanent: Option<bool>,
        act: List<String>,
        suppress: String,
        retry: String,
        about: Option<String>,
        meaning: String,
        steps: Steps,
        links: List<String>,
        security: bool,
        values: Pairs,
        basis: String,
        certainty: String,
        evidence: Option<Evidence>,
        origin: Option<String>,
    } {
        fn __repr__(&self) -> String {
            line("Diagnosis", [Some(self.slug.as_str()), Some(self.category.as_str()), Some(&self.act.0.join("+"))])
        }
    }
}

object! {
    /// What to do next, values filled in.
    Steps {
        sender: List<String>,
        admin: List<String>,
    } {
        fn __repr__(&self) -> String {
            format!("<ndr.Steps sender {}, admin {}>", self.sender.0.len(), self.admin.0.len())
        }
    }
}

object! {
    /// The words that decided.
    Evidence {
        phrase: String,
        part: String,
        span: Option<(usize, usize)>,
    } {
        fn __repr__(&self) -> String {
            line("Evidence", [Some(self.phrase.as_str()), Some(&self.part)])
        }
    }
}

object! {
    /// What is known of the message that the report is about.
    Original {
        message_id: Option<String>,
        from: Option<String>,
        to: Option<String>,
        subject: Option<String>,
        date: Option<String>,
    } {
        fn __repr__(&self) -> String {
            line("Original", [self.from.as_deref(), self.to.as_deref(), self.subject.as_deref()])
        }

        /// `from`, which is a keyword of Python.
        #[getter]
        fn from_(&self) -> Option<&str> {
            self.from.as_deref()
        }
    }
}

object! {
    /// An oddity, or the reason for a verdict.
    Note {
        code: String,
        text: String,
    } {
        fn __repr__(&self) -> String {
            line("Note", [Some(self.code.as_str()), Some(&self.text)])
        }
    }
}

impl Recipient {
    fn code(&self) -> Option<String> {
        self.status.clone().or_else(|| self.reply.map(|reply| reply.to_string()))
    }
}

/// The fields of a report.
#[derive(Debug, Deserialize)]
struct Fields {
    source: Option<String>,
    kind: String,
    dialect: Option<String>,
    generator: Option<String>,
    recipients: List<Recipient>,
    original: Original,
    notes: List<Note>,
}

/// A decoded message.
#[pyclass(frozen, module = "ndr")]
pub(crate) struct Report {
    /// As the core wrote it: what two reports are compared by.
    json: String,
    fields: Fields,
    shown: Shown,
}

/// The rendered forms of a report. They are made on demand; a pickle includes them.
enum Shown {
    Live { report: Box<ndr::Report>, html: OnceLock<String>, text: OnceLock<String> },
    Stored { html: String, text: String, trace: Option<Trace> },
}

impl Shown {
    fn html(&self) -> &str {
        match self {
            Shown::Live { report, html, .. } => html.get_or_init(|| ndr::render::html(report)),
            Shown::Stored { html, .. } => html,
        }
    }

    fn text(&self) -> &str {
        match self {
            Shown::Live { report, text, .. } => {
                text.get_or_init(|| ndr::render::human(report, ndr::render::Options::default()))
            }
            Shown::Stored { text, .. } => text,
        }
    }
}

impl Report {
    fn path(&self) -> PyResult<Option<Trace>> {
        match &self.shown {
            Shown::Live { report, .. } => report.trace.as_deref().map(Trace::new).transpose(),
            Shown::Stored { trace, .. } => Ok(trace.clone()),
        }
    }

    pub(crate) fn new(report: ndr::Report) -> PyResult<Report> {
        let json = json::write(&report, false)?;
        let fields = json::read(&json)?;
        let shown = Shown::Live { report: Box::new(report), html: OnceLock::new(), text: OnceLock::new() };
        Ok(Report { json, fields, shown })
    }
}

#[pymethods]
impl Report {
    #[getter]
    fn source(&self) -> Option<&str> {
        self.fields.source.as_deref()
    }

    #[getter]
    fn kind(&self) -> &str {
        &self.fields.kind
    }

    #[getter]
    fn dialect(&self) -> Option<&str> {
        self.fields.dialect.as_deref()
    }

    #[getter]
    fn generator(&self) -> Option<&str> {
        self.fields.generator.as_deref()
    }

    #[getter]
    fn recipients(&self) -> List<Recipient> {
        self.fields.recipients.clone()
    }

    #[getter]
    fn original(&self) -> Original {
        self.fields.original.clone()
    }

    #[getter]
    fn notes(&self) -> List<Note> {
        self.fields.notes.clone()
    }

    /// The route of the message that bounced; `None` if the report does not show it.
    #[getter]
    fn trace(&self) -> PyResult<Option<Trace>> {
        self.path()
    }

    /// The result as JSON: the same bytes that `ndr explain --format ndjson` prints, and with `pretty` those of
    /// `--format json`, both without the line end.
    #[pyo3(signature = (*, pretty = false))]
    fn to_json(&self, pretty: bool) -> PyResult<String> {
        if pretty { json::pretty(&self.json) } else { Ok(self.json.clone()) }
    }

    /// The result as plain dicts, lists, strings and numbers.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::loads(py, &self.json)
    }

    fn __repr__(&self) -> String {
        let fields = &self.fields;
        let mut slugs: Vec<&str> = Vec::new();
        for diagnosis in fields.recipients.0.iter().filter_map(|recipient| recipient.diagnosis.as_ref()) {
            if !slugs.contains(&diagnosis.slug.as_str()) {
                slugs.push(&diagnosis.slug);
            }
        }
        let slugs = if slugs.is_empty() { None } else { Some(slugs.join("+")) };
        let count = match fields.recipients.0.len() {
            1 => "1 recipient".to_string(),
            count => format!("{count} recipients"),
        };
        line("Report", [Some(fields.kind.as_str()), slugs.as_deref(), Some(&count), fields.source.as_deref()])
    }

    /// The answer for people, on 80 columns.
    fn __str__(&self) -> &str {
        self.shown.text()
    }

    /// The answer as a card, for notebooks.
    fn _repr_html_(&self) -> &str {
        self.shown.html()
    }

    fn __eq__(&self, other: &Report) -> bool {
        self.json == other.json
    }

    fn __hash__(&self) -> u64 {
        object::hash(&self.json)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py, Pickled<'_>>> {
        let restore = py.import("ndr._ndr")?.getattr("_restore_report")?;
        Ok((restore, (&self.json, self.shown.html(), self.shown.text(), self.path()?.map(|trace| trace.state()))))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// What a pickle of a report holds.
type Pickled<'r> = (&'r str, &'r str, &'r str, Option<trace::State>);

/// Unpickles a report.
#[pyfunction]
pub(crate) fn _restore_report(
    json: String,
    html: String,
    text: String,
    trace: Option<trace::State>,
) -> PyResult<Report> {
    let trace = trace.map(|(json, html, text, found)| trace::_restore_trace(json, html, text, found));
    Ok(Report { fields: json::read(&json)?, json, shown: Shown::Stored { html, text, trace } })
}
