//! The JSON Schema of catalog.yaml, for editors: descriptions when the mouse rests on a field, and lists to choose from.

use ndr_resolve::{Actor, Category, Command, Hole, Party, ProviderKind, Retry, Suppress, Trust};

/// The schema (JSON Schema 2020-12) of a catalogue or overlay. It says what an editor can tell while one types; what
/// only [`crate::load`] can tell, such as whether an example resolves to its entry, is not in it.
///
/// ```
/// assert!(ndr_catalog::schema().contains("\"mailbox-full\""));
/// ```
pub fn schema() -> String {
    let categories: Vec<(&str, &str)> =
        Category::ALL.iter().map(|category| (category.slug(), category.means())).collect();
    let actors = [
        (Actor::Sender, "the person who sent the message"),
        (Actor::SenderAdmin, "whoever runs the sender's mail"),
        (Actor::Recipient, "the person the message was for"),
        (Actor::RecipientAdmin, "whoever runs the recipient's mail"),
        (Actor::Provider, "a provider between or behind them, such as a block list"),
        (Actor::Wait, "nobody: the mail system tries again by itself"),
    ];
    let suppress = [
        (Suppress::Yes, "the address is gone: stop sending to it"),
        (Suppress::AfterRepeats, "only when it fails again and again"),
        (Suppress::No, "the address is fine"),
    ];
    let retry = [
        (Retry::AsIs, "the same message may pass later"),
        (Retry::AfterFix, "once somebody has fixed the cause"),
        (Retry::No, "sending again does not help"),
    ];
    let trust = [
        (Trust::Documented, "the provider or a standard says so on its own page"),
        (Trust::Observed, "seen in real reports or told by third parties"),
        (Trust::Inferred, "concluded from other facts"),
    ];
    let about = [
        (Party::Recipient, "the mailbox, its address, its domain, its rules"),
        (Party::Sender, "the sender's address, domain, account or limits"),
        (Party::SendingHost, "the host that sent: its IP address, names, reputation"),
        (Party::Login, "the login of who hands the message in"),
        (Party::Message, "the message: size, content, form"),
        (Party::System, "the receiving mail system as a whole"),
        (Party::Route, "the way between: DNS, connections, loops, TLS"),
    ];
    let after = [
        (Command::Connect, "the connection itself"),
        (Command::Helo, "HELO, EHLO or LHLO"),
        (Command::Starttls, "STARTTLS"),
        (Command::Auth, "AUTH"),
        (Command::Mail, "MAIL FROM"),
        (Command::Rcpt, "RCPT TO"),
        (Command::Data, "DATA or the end of the message"),
    ];
    let kind = [
        (ProviderKind::MailboxHost, "runs mailboxes or forwards to them: only its own servers say its words"),
        (ProviderKind::Filter, "filters mail for others: its words come from any host that it protects"),
        (ProviderKind::BlockList, "lists addresses and names: any server quotes it"),
        (ProviderKind::Software, "a mail server that anybody may run"),
        (ProviderKind::Registry, "a standard or registry"),
    ];
    let holes: Vec<String> = Hole::ALL.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    SCHEMA
        .replace("%category%", &choice("The kind of trouble.", &categories))
        .replace("%actor%", &choice("Who acts.", &actors.map(|(value, says)| (value.slug(), says))))
        .replace(
            "%suppress%",
            &choice(
                "Whether the recipient's address is to be dropped from lists, where it differs from what is usual for the category. Put it in quotes.",
                &suppress.map(|(value, says)| (value.slug(), says)),
            ),
        )
        .replace(
            "%retry%",
            &choice(
                "Whether sending again helps, where it differs from what is usual for the category.",
                &retry.map(|(value, says)| (value.slug(), says)),
            ),
        )
        .replace("%trust%", &choice("How sure the source is.", &trust.map(|(value, says)| (value.slug(), says))))
        .replace(
            "%about%",
            &choice(
                "About whom or what it speaks, where it differs from what is usual for the category.",
                &about.map(|(value, says)| (value.slug(), says)),
            ),
        )
        .replace(
            "%after%",
            &choice(
                "The SMTP command that it answers, where the same words mean something else behind another one.",
                &after.map(|(value, says)| (value.slug(), says)),
            ),
        )
        .replace(
            "%kind%",
            &choice(
                "What the provider is, which tells who may quote its words; mailbox-host where nothing is said.",
                &kind.map(|(value, says)| (value.slug(), says)),
            ),
        )
        .replace("%holes%", &holes.join(" "))
}

/// A closed vocabulary: a description that explains each value, and the values.
fn choice(what: &str, values: &[(&str, &str)]) -> String {
    let says: Vec<String> = values.iter().map(|(value, says)| format!("\\n- {value}: {says}")).collect();
    let names: Vec<String> = values.iter().map(|(value, _)| format!("\"{value}\"")).collect();
    format!(
        "\"type\": \"string\",\n      \"description\": \"{what}{}\",\n      \"enum\": [{}]",
        says.concat(),
        names.join(", ")
    )
}

const SCHEMA: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Catalogue of ndr",
  "description": "Every provider, and every meaning of a bounce. Written by `cargo xtask docs`.",
  "type": "object",
  "additionalProperties": false,
  "required": ["entries"],
  "properties": {
    "providers": {
      "description": "Who writes the texts that entries describe. Entries stand in the order of this list.",
      "type": "array",
      "items": { "$ref": "#/$defs/provider" }
    },
    "entries": {
      "description": "One entry is one meaning.",
      "type": "array",
      "items": { "$ref": "#/$defs/entry" }
    }
  },
  "$defs": {
    "name": {
      "type": "string",
      "maxLength": 60,
      "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
    },
    "date": {
      "type": "string",
      "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
    },
    "link": {
      "type": "string",
      "pattern": "^https://[^\\s]*\\.[^\\s]*$"
    },
    "code": {
      "description": "A code, a range of details, or any class: \"5.7.1\", \"4.7.500-699\", \"X.7.1\". Put it in quotes.",
      "type": "string",
      "pattern": "^[245X](\\.(0|[1-9][0-9]{0,2})(-[1-9][0-9]{0,2})?){2}$"
    },
    "category": {
      %category%
    },
    "actor": {
      %actor%
    },
    "suppress": {
      %suppress%
    },
    "retry": {
      %retry%
    },
    "trust": {
      %trust%
    },
    "about": {
      %about%
    },
    "after": {
      %after%
    },
    "kind": {
      %kind%
    },
    "sentences": {
      "type": "array",
      "items": { "type": "string", "minLength": 1 }
    },
    "provider": {
      "type": "object",
      "additionalProperties": false,
      "required": ["id", "name"],
      "properties": {
        "id": { "description": "The permanent name, in kebab-case.", "$ref": "#/$defs/name" },
        "name": { "description": "The name in words.", "type": "string" },
        "kind": { "$ref": "#/$defs/kind" },
        "hosts": {
          "description": "Host names that are the provider's: exact, or `*.suffix`.",
          "type": "array",
          "items": { "type": "string" }
        },
        "marks": {
          "description": "Words that only this provider's replies hold, whoever relays them. Two # or more stand for so many digits, as in S####; a mark without small letters counts only as it is written.",
          "type": "array",
          "items": { "type": "string" }
        }
      }
    },
    "entry": {
      "type": "object",
      "additionalProperties": false,
      "required": ["slug", "provider", "title", "codes", "category", "meaning", "steps", "examples", "sources"],
      "properties": {
        "slug": {
          "description": "The permanent name of the meaning, in kebab-case. It is never changed: a new name keeps the old one in `was`.",
          "$ref": "#/$defs/name"
        },
        "provider": {
          "description": "Whose wording it is: an id of `providers`, or `generic` for a wording that many servers share.",
          "$ref": "#/$defs/name"
        },
        "title": {
          "description": "What happened, in one line of at most 90 characters without a full stop.",
          "type": "string",
          "maxLength": 90,
          "pattern": "[^.]$"
        },
        "codes": {
          "description": "The enhanced status codes that go with it. An entry with an empty list needs `texts` or `replies`.",
          "type": "array",
          "items": { "$ref": "#/$defs/code" }
        },
        "replies": {
          "description": "The SMTP reply codes that go with it.",
          "type": "array",
          "items": { "type": "integer", "minimum": 200, "maximum": 599 }
        },
        "texts": {
          "description": "How servers say it: words, in which case, spacing and punctuation do not count, and holes that catch a value: %holes%. A hole may have a name of its own, as in {old:address}.",
          "type": "array",
          "items": { "type": "string" }
        },
        "category": { "$ref": "#/$defs/category" },
        "about": { "$ref": "#/$defs/about" },
        "after": { "$ref": "#/$defs/after" },
        "needs_host": {
          "description": "Why the examples cannot be told from those of others without the host that said them. They are tried with that host only.",
          "type": "string",
          "minLength": 1
        },
        "act": {
          "description": "Who must act, in order, where it differs from what is usual for the category.",
          "type": "array",
          "items": { "$ref": "#/$defs/actor" }
        },
        "permanent": {
          "description": "Permanent or temporary, where the class of the code does not tell.",
          "type": "boolean"
        },
        "suppress": { "$ref": "#/$defs/suppress" },
        "retry": { "$ref": "#/$defs/retry" },
        "security": {
          "description": "Whether it may mean a compromised account or an attack.",
          "type": "boolean"
        },
        "wrapper": {
          "description": "Whether the texts only introduce what happened, as 'STOREDRV.Deliver' does: any more telling statement in the same reply wins.",
          "type": "boolean"
        },
        "meaning": {
          "description": "What it means, in plain words. {name|fallback} gives the value that a hole of `texts` caught, or else the fallback words.",
          "type": "string",
          "minLength": 1
        },
        "steps": {
          "description": "What to do next, for the person who sent the message and for an admin. Holes as in `meaning`.",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "sender": { "description": "Steps for the person who sent the message.", "$ref": "#/$defs/sentences" },
            "admin": {
              "description": "Steps for an admin; those for the other side begin with: On the recipient's side.",
              "$ref": "#/$defs/sentences"
            }
          }
        },
        "limits": {
          "description": "Numbers that can change.",
          "type": "array",
          "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["text", "as_of"],
            "properties": {
              "text": { "description": "The limit in a sentence.", "type": "string" },
              "as_of": { "description": "The date at which it was true, YYYY-MM-DD.", "$ref": "#/$defs/date" }
            }
          }
        },
        "links": {
          "description": "Pages that help the reader, all https.",
          "type": "array",
          "items": { "$ref": "#/$defs/link" }
        },
        "examples": {
          "description": "Whole reply lines as a server would write them, at least one. Each must resolve to this entry. Use example.com and 203.0.113.7.",
          "type": "array",
          "minItems": 1,
          "items": { "type": "string" }
        },
        "sources": {
          "description": "Where the facts come from, at least one.",
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "checked", "trust"],
            "properties": {
              "name": { "description": "Name of the page, table or collection.", "type": "string" },
              "url": { "description": "Its address.", "$ref": "#/$defs/link" },
              "checked": {
                "description": "The date at which somebody last compared the entry with it, YYYY-MM-DD.",
                "$ref": "#/$defs/date"
              },
              "trust": { "$ref": "#/$defs/trust" }
            }
          }
        },
        "was": {
          "description": "Former slugs of this entry; they go on working.",
          "type": "array",
          "items": { "$ref": "#/$defs/name" }
        }
      }
    }
  }
}
"##;
