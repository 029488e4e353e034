//! Outlook items: what is written for the decoder, and what the decoder makes of it.

#[path = "outlook_file.rs"]
mod file;

use file::{Attachment, Item, Property, Value};
use ndr::{Action, Kind};
use proptest::prelude::*;

fn text(id: u16, text: &'static str) -> Property {
    (id, Value::Text(text))
}

/// A report as Exchange and Outlook keep it: what failed stands in the properties of recipients.
fn ndr_item() -> Item {
    Item {
        properties: vec![
            text(0x001A, "REPORT.IPM.Note.NDR"),
            text(0x0037, "Undeliverable: Offer"),
            text(0x0042, "Microsoft Outlook"),
            text(0x5D01, "postmaster@contoso.com"),
            text(0x0049, "Offer"),
            text(0x1046, "<offer-1@contoso.com>"),
            text(0x0074, "Kim Berg"),
            (0x0E06, Value::Time(132_537_600_000_000_000)),
            text(0x6820, "mx1.contoso.com"),
        ],
        recipients: vec![
            vec![
                text(0x3001, "Kim Berg"),
                text(0x39FE, "kim@example.com"),
                (0x0C20, Value::Number(511)),
                text(0x0C21, "mx.example.com"),
                text(0x0C1B, "<mx.example.com #5.1.1 smtp;550 5.1.1 <kim@example.com>: User unknown>"),
            ],
            vec![
                text(0x3001, "Lee"),
                text(0x3003, "lee@example.org"),
                (0x0C20, Value::Number(522)),
                text(0x0C1B, "<#5.2.2 smtp;552 5.2.2 mailbox full>"),
            ],
        ],
        attachments: Vec::new(),
    }
}

fn both(item: &Item) -> [ndr::Report; 2] {
    let mails =
        [ndr_outlook::to_mail(&file::msg(item)).unwrap(), ndr_outlook::tnef_to_mail(&file::tnef(item)).unwrap()];
    assert_eq!(String::from_utf8_lossy(&mails[0]), String::from_utf8_lossy(&mails[1]));
    mails.map(|mail| ndr::decode(&mail))
}

#[test]
fn a_report_names_its_recipients() {
    for report in both(&ndr_item()) {
        assert_eq!(report.kind, Kind::Failure);
        let told: Vec<_> = report
            .recipients
            .iter()
            .map(|one| {
                (one.address.as_deref().unwrap(), one.status.unwrap().to_string(), one.reply, one.remote.as_deref())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("kim@example.com", "5.1.1".to_string(), Some(550), Some("mx.example.com")),
                ("lee@example.org", "5.2.2".to_string(), Some(552), None),
            ]
        );
        assert_eq!(report.original.message_id.as_deref(), Some("offer-1@contoso.com"));
        assert_eq!(report.original.subject.as_deref(), Some("Offer"));
    }
}

#[test]
fn the_class_says_what_became_of_the_message() {
    for (class, kind, action) in [
        ("REPORT.IPM.Note.Delayed.DR", Kind::Delay, Some(Action::Delayed)),
        ("REPORT.IPM.Note.DR", Kind::Success, Some(Action::Delivered)),
        ("REPORT.IPM.Note.Relayed.DR", Kind::Success, Some(Action::Relayed)),
        ("REPORT.IPM.Note.IPNRN", Kind::ReadReceipt, None),
    ] {
        let mut item = ndr_item();
        item.properties[0] = text(0x001A, class);
        for one in &mut item.recipients {
            one.retain(|(id, _)| !matches!(id, 0x0C20 | 0x0C1B));
        }
        for report in both(&item) {
            assert_eq!(report.kind, kind, "{class}");
            assert_eq!(report.recipients.first().and_then(|one| one.action), action, "{class}");
        }
    }
}

#[test]
fn a_report_of_another_system_keeps_its_words() {
    const WORDS: &str = "This is the mail system at host mx.example.net.\r\n\r\n<kim@example.com>: host \
                         mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\r\n";
    let header = "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\r\nTo: mia@contoso.com\r\nSubject: \
                  Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report;\r\n \
                  boundary=\"x\"\r\nMessage-ID: <1@mx.example.net>\r\n\r\n";
    let plain = Item {
        properties: vec![text(0x001A, "IPM.Note"), text(0x007D, header), text(0x1000, WORDS)],
        ..Item::default()
    };
    let html = Item {
        properties: vec![
            text(0x001A, "IPM.Note"),
            text(0x007D, header),
            (0x3FDE, Value::Number(65001)),
            (
                0x1013,
                Value::Binary(
                    format!("<html><body>{}</body></html>", WORDS.replace('<', "&lt;").replace("\r\n", "<br>"))
                        .into_bytes(),
                ),
            ),
        ],
        ..Item::default()
    };
    for item in [plain, html] {
        for report in both(&item) {
            assert_eq!(report.kind, Kind::Failure);
            assert_eq!(report.dialect, Some("postfix"));
            assert_eq!(report.recipients[0].address.as_deref(), Some("kim@example.com"));
        }
    }
}

#[test]
fn a_text_in_a_code_page_is_decoded() {
    let item = Item {
        properties: vec![
            (0x3FFD, Value::Number(1252)),
            (0x001A, Value::Bytes8(b"IPM.Note")),
            (0x0037, Value::Bytes8(b"Unzustellbar: Gr\xFC\xDFe")),
            (0x1000, Value::Bytes8(b"hallo")),
        ],
        ..Item::default()
    };
    for mail in
        [ndr_outlook::to_mail(&file::msg(&item)).unwrap(), ndr_outlook::tnef_to_mail(&file::tnef(&item)).unwrap()]
    {
        let mail = String::from_utf8(mail).unwrap();
        assert!(mail.contains("Subject: Unzustellbar: Grüße\n"), "{mail}");
    }
}

#[test]
fn a_forwarded_report_is_followed() {
    let as_item = Attachment::Item(ndr_item());
    let as_msg = Attachment::File(vec![
        text(0x3707, "Undeliverable Offer.msg"),
        (0x3701, Value::Binary(file::msg(&ndr_item()))),
    ]);
    let eml = ndr_outlook::to_mail(&file::msg(&ndr_item())).unwrap();
    let as_eml = Attachment::File(vec![text(0x3707, "bounce.eml"), (0x3701, Value::Binary(eml))]);
    for attachment in [as_item, as_msg, as_eml] {
        let item = Item {
            properties: vec![
                text(0x001A, "IPM.Note"),
                text(0x0037, "FW: bounce"),
                text(0x5D01, "mia@contoso.com"),
                text(0x1000, "Hi, what is this?"),
            ],
            attachments: vec![attachment],
            ..Item::default()
        };
        for report in both(&item) {
            assert_eq!(report.kind, Kind::Failure);
            let addresses: Vec<_> = report.recipients.iter().filter_map(|one| one.address.as_deref()).collect();
            assert_eq!(addresses, ["kim@example.com", "lee@example.org"]);
        }
    }
}

#[test]
fn an_ordinary_message_is_none() {
    let item = Item {
        properties: vec![
            text(0x001A, "IPM.Note"),
            text(0x0037, "Lunch"),
            text(0x0042, "Mia"),
            text(0x0C1F, "mia@contoso.com"),
            text(0x1000, "At noon? a@example.com knows."),
        ],
        recipients: vec![vec![text(0x39FE, "kim@example.com")]],
        ..Item::default()
    };
    for report in both(&item) {
        assert_eq!((report.kind, report.recipients.len()), (Kind::Other, 0));
    }
}

#[test]
fn other_files_are_refused() {
    use ndr_outlook::Error;
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    file.create_stream("/WordDocument").unwrap();
    file.flush().unwrap();
    let word = file.into_inner().into_inner();
    assert_eq!(ndr_outlook::to_mail(&word), Err(Error::NotAnItem));
    let whole = file::msg(&ndr_item());
    assert!(matches!(ndr_outlook::to_mail(&whole[..600]), Err(Error::Damaged(_))));
    // The class id of a template, in the entry of the root.
    let mut template = whole;
    let name: Vec<u8> = "Root Entry".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let root = template.windows(name.len()).position(|run| run == name).unwrap();
    template[root + 80..root + 96].copy_from_slice(&[0x46, 0xF0, 6, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]);
    assert_eq!(ndr_outlook::to_mail(&template), Err(Error::Template));
}

/// Items within items are followed to a depth, and files within files too.
#[test]
fn nesting_ends() {
    let mut item = ndr_item();
    for _ in 0..40 {
        item = Item {
            properties: vec![text(0x001A, "IPM.Note"), text(0x1000, "see below")],
            attachments: vec![Attachment::Item(item)],
            ..Item::default()
        };
    }
    ndr_outlook::tnef_to_mail(&file::tnef(&item)).unwrap();
    let mut inner = file::msg(&ndr_item());
    for _ in 0..40 {
        let file = Attachment::File(vec![text(0x3707, "a.msg"), (0x3701, Value::Binary(inner))]);
        inner =
            file::msg(&Item { properties: vec![text(0x001A, "IPM.Note")], attachments: vec![file], ..Item::default() });
    }
    ndr_outlook::to_mail(&inner).unwrap();
}

/// The samples that the documents name. `NDR_WRITE_SAMPLES=1` writes them anew.
#[test]
fn the_samples_are_these_items() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples/outlook");
    let forward = Item {
        properties: vec![
            text(0x001A, "IPM.Note"),
            text(0x0037, "FW: Undeliverable: Offer"),
            text(0x5D01, "mia@contoso.com"),
            text(0x1000, "Hi, can you tell me what this is?"),
        ],
        attachments: vec![Attachment::Item(ndr_item())],
        ..Item::default()
    };
    let samples = [
        ("report.msg", file::msg(&ndr_item())),
        ("forward.msg", file::msg(&forward)),
        ("winmail.dat", file::tnef(&ndr_item())),
    ];
    for (name, item) in samples {
        let path = folder.join(name);
        if std::env::var_os("NDR_WRITE_SAMPLES").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &item).unwrap();
        }
        let (kept, made) = (ndr::decode(&std::fs::read(&path).unwrap()), ndr::decode(&item));
        assert_eq!(kept.recipients, made.recipients, "{name}");
        assert_eq!(kept.recipients.len(), 2, "{name}");
    }
}

/// As attachments of a mail, whatever type the client gave them.
#[test]
fn an_item_attached_to_a_mail_is_read() {
    let items = [
        (file::msg(&ndr_item()), "application/vnd.ms-outlook"),
        (file::msg(&ndr_item()), "application/octet-stream"),
        (file::tnef(&ndr_item()), "application/ms-tnef"),
    ];
    for (item, media) in items {
        let mail = format!(
            "From: mia@contoso.com\nTo: it@contoso.com\nSubject: FW: bounce\nMIME-Version: 1.0\nContent-Type: multipart/mixed; \
             boundary=b\n\n--b\nContent-Type: text/plain\n\nHi, what is this?\n--b\nContent-Type: {media}; \
             name=\"bounce.msg\"\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n",
            base64(&item)
        );
        let report = ndr::decode(mail.as_bytes());
        let addresses: Vec<_> = report.recipients.iter().filter_map(|one| one.address.as_deref()).collect();
        assert_eq!(addresses, ["kim@example.com", "lee@example.org"], "{media}");
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (at, three) in bytes.chunks(3).enumerate() {
        let word = three.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let is_there = place <= three.len();
            out.push(if is_there { char::from(LETTERS[(word >> (18 - 6 * place) & 63) as usize]) } else { '=' });
        }
        if at % 19 == 18 {
            out.push('\n');
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Damage gives an error or a message, never a panic.
    #[test]
    fn damage_is_survived(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        for bytes in [file::msg(&ndr_item()), file::tnef(&ndr_item())] {
            let mut bytes = bytes;
            let place = at.index(bytes.len());
            bytes[place] = byte;
            let _ = (ndr_outlook::to_mail(&bytes), ndr_outlook::tnef_to_mail(&bytes));
            bytes.truncate(cut.index(bytes.len()));
            let _ = (ndr_outlook::to_mail(&bytes), ndr_outlook::tnef_to_mail(&bytes));
        }
    }
}
