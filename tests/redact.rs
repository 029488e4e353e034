//! Masking, on every sample: it is proved, it is complete, and to do it twice changes nothing more.

use ndr::redact::{Masks, Redactor};
use std::path::{Path, PathBuf};

fn samples() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
        names.sort();
        for name in names {
            if name.is_dir() {
                collect(&name, found);
            } else if name.file_name().is_some_and(|file| file != "README.md") {
                found.push(name);
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples"), &mut found);
    assert!(found.len() > 200, "{} samples", found.len());
    found
}

#[test]
fn every_sample_is_masked_with_proof() {
    let mut refused = Vec::new();
    let mut kept = Vec::new();
    let redactor = Redactor::new();
    for path in samples() {
        let name = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples")).unwrap();
        let name = name.display();
        let bytes = std::fs::read(&path).unwrap();
        match redactor.redact(&bytes) {
            Ok(masked) => {
                if !masked.kept.is_empty() {
                    kept.push(format!("{name}: {}", masked.kept.join(", ")));
                }
                match redactor.redact(&masked.bytes) {
                    Ok(twice) if twice.bytes == masked.bytes => {}
                    Ok(twice) => {
                        let (once, twice) =
                            (String::from_utf8_lossy(&masked.bytes), String::from_utf8_lossy(&twice.bytes));
                        let line = once.lines().zip(twice.lines()).find(|(once, twice)| once != twice);
                        refused.push(format!("{name}: masked twice: {line:?}"));
                    }
                    Err(error) => refused.push(format!("{name}: masked twice: {error}")),
                }
            }
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    println!("{} kept something:\n{}", kept.len(), kept.join("\n"));
    assert!(refused.is_empty(), "{} refused:\n{}", refused.len(), refused.join("\n"));
}

const MAIL: &str = "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.contoso.com (Mail Delivery System)\r\nTo: Mia Berg <mia.berg@contoso.com>\r\nSubject: Undelivered: Offer for the harbour\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"B.1/mx.contoso.com\"\r\n\r\n--B.1/mx.contoso.com\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\nVGhpcyBpcyB0aGUgbWFpbCBzeXN0ZW0gYXQgaG9zdCBteC5jb250b3NvLmNvbS4NCg0KPGphbmUuZG9lQGZhYnJpa2FtLmNvbT46IGhvc3QgbXguZmFicmlrYW0uY29tWzE5Mi4wLjIuMV0gc2FpZDogNTUwIDUuMS4xDQogICAgVXNlciB1bmtub3duIChpbiByZXBseSB0byBSQ1BUIFRPIGNvbW1hbmQpDQpH/HRlIEphbmUgRG9lDQo=\r\n--B.1/mx.contoso.com\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.contoso.com\r\n\r\nFinal-Recipient: rfc822; jane.doe@fabrikam.com\r\nOriginal-Recipient: rfc822; jane.doe+40fabrikam.com\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.fabrikam.com\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n--B.1/mx.contoso.com\r\nContent-Type: message/rfc822\r\n\r\nReceived: from PC-MIA (pc-mia.corp.contoso.com [10.1.2.3]) by mx.contoso.com; Mon, 23 Nov 2026 10:00:00 +0000\r\nFrom: Mia Berg <mia.berg@contoso.com>\r\nTo: \"Doe, Jane\" <Jane.Doe@FABRIKAM.com>\r\nSubject: =?utf-8?q?Offer_for_the_harbour?=\r\nMessage-ID: <4711@mx.contoso.com>\r\nX-Project: Poseidon\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nDear Jane, 4000 euros. Mia\r\n--c\r\nContent-Type: application/pdf; name=\"harbour offer.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nSGFyYm91cg==\r\n--c--\r\n--B.1/mx.contoso.com--\r\n";

#[test]
fn nothing_private_is_left_and_all_that_tells_stays() {
    let masked = Redactor::new().redact(MAIL.as_bytes()).unwrap();
    assert!(masked.kept.is_empty(), "{:?}", masked.kept);
    let text = String::from_utf8(masked.bytes.clone()).unwrap();
    let report = ndr::decode(&masked.bytes);
    let low = text.to_lowercase() + &format!("{:?} {:?}", report.original, report.recipients[0].text).to_lowercase();
    for secret in [
        "mia",
        "berg",
        "jane",
        "doe",
        "contoso",
        "fabrikam",
        "harbour",
        "poseidon",
        "euros",
        "192.0.2.1",
        "10.1.2.3",
        "4711",
        "SGFyYm91cg",
    ] {
        assert!(!low.contains(&secret.to_lowercase()), "{secret} shows in {text}");
    }
    for kept in [
        "multipart/report",
        "MAILER-DAEMON@",
        "550 5.1.1 User unknown",
        "Status: 5.1.1",
        "Undelivered: Subject 1",
        "Mon, 23 Nov 2026 10:00:00 +0000",
        "file.pdf",
        "10.255.0.",
    ] {
        assert!(text.contains(kept), "{kept} is lost in {text}");
    }
    let recipient = &report.recipients[0];
    assert_eq!(recipient.status.unwrap().to_string(), "5.1.1");
    assert_eq!(recipient.command, Some("RCPT TO"));
    // One address, one token, however it is written.
    let address = recipient.address.as_deref().unwrap();
    assert!(text.contains(&format!("Original-Recipient: rfc822; {address}\r\n")), "{text}");
    let to = report.original.to.as_deref().unwrap();
    assert!(to.contains(recipient.address.as_deref().unwrap()), "{to} is the recipient");
    // The same domain is the same token, in an address, in a host, in a boundary.
    let domain = |host: &str| host.rsplit('@').next().unwrap().split('.').rev().take(2).collect::<Vec<_>>().join(".");
    assert_eq!(domain(recipient.remote.as_deref().unwrap()), domain(recipient.address.as_deref().unwrap()));
    assert!(text.lines().all(|line| line.len() <= 998));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "the line ends stay");
    let is = |kind: Masks, original: &str| masked.map.iter().any(|(known, text, _)| *known == kind && text == original);
    assert!(
        is(Masks::Domain, "contoso.com") && is(Masks::User, "Jane.Doe") && is(Masks::Name, "Mia Berg"),
        "{:?}",
        masked.map
    );
}

#[test]
fn names_in_the_dress_of_events_and_logs_are_masked() {
    for (text, secrets) in [
        (
            r#"{"log":"Mar  1 10:00:00 mail postfix/smtp[1]: 4Xy: to=\u003ckim@contoso.com\u003e, relay=mx.contoso.com[192.0.2.4]:25, dsn=5.1.1, status=bounced (host mx.contoso.com[192.0.2.4] said: 550 5.1.1 no)\n"}"#,
            &["kim", "contoso"][..],
        ),
        (
            "event=bounced&recipient=kim%40contoso.com&code=550&error=5.1.1+user+unknown&Message-Id=%3Cberg17%40fabrikam.com%3E&timestamp=1400000000&token=t&signature=s",
            &["kim", "berg17", "contoso", "fabrikam"],
        ),
        (
            "transaction=t1&messageid=m1&from=mia%40fabrikam.com&to=kim%40contoso.com&subject=Hey&status=Error&channel=API&category=NoMailbox",
            &["mia", "kim", "=hey"],
        ),
        (
            "Mar 01 10:00:00 host=smtp.fabrikam.com tls=on auth=on user=mia from=mia@fabrikam.com recipients=kim@contoso.com smtpstatus=550 smtpmsg='550 5.1.1 user unknown' errormsg='recipient address kim@contoso.com not accepted by the server' exitcode=EX_DATAERR",
            &["mia", "kim", "fabrikam"],
        ),
        (
            r#"{"type":"email.bounced","data":{"email_id":"56761188-0000","from":"Mia <mia@fabrikam.com>","to":["kim@contoso.com"],"subject":"Hey","bounce":{"diagnosticCode":["smtp; 550 5.1.1 user unknown"],"message":"The recipient's server permanently rejected the mail.","subType":"General","type":"Permanent"}}}"#,
            &["mia", "kim", "hey"],
        ),
        (
            "Reporting-MTA: dns;mx.fabrikam.com\n\nOriginal-recipient: rfc822;kim@contoso.com\nFinal-recipient: rfc822;@store.contoso.com:kim@ims-daemon\nAction: failed\nStatus: 5.2.2\nDiagnostic-code: smtp;522 5.2.2 Over quota\n",
            &["kim", "contoso", "fabrikam"],
        ),
    ] {
        let masked = Redactor::new().redact(text.as_bytes()).unwrap_or_else(|refused| panic!("{text}: {refused}"));
        let shown = String::from_utf8(masked.bytes).unwrap();
        let low = shown.to_lowercase();
        assert!(secrets.iter().all(|secret| !low.contains(secret)), "{shown}");
    }
    // A short subject or name is no secret elsewhere: its letters are words of a server too.
    let text = "transaction=t1&messageid=m1&from=mia%40fabrikam.com&to=kim%40contoso.com&subject=Error&status=Error&channel=API&category=NoMailbox";
    let shown = String::from_utf8(Redactor::new().redact(text.as_bytes()).unwrap().bytes).unwrap();
    assert!(shown.contains("&status=Error&") && !shown.contains("subject=Error"), "{shown}");
    let text = "550 5.1.1 100%40 of the mail is refused for <kim@contoso.com>";
    assert!(String::from_utf8(Redactor::new().redact(text.as_bytes()).unwrap().bytes).unwrap().contains("100%40 of"));
}

#[test]
fn a_host_that_is_named_stays() {
    let line = "<a@fabrikam.com>: host eu-smtp-1.fabrikam.com[192.0.2.1] said: 550 5.1.1 no";
    let text = |redactor: Redactor| String::from_utf8(redactor.redact(line.as_bytes()).unwrap().bytes).unwrap();
    assert!(!text(Redactor::new()).contains("fabrikam"));
    assert!(
        text(Redactor::new().keep("*.fabrikam.com"))
            .contains("<user1@fabrikam.com>: host eu-smtp-1.fabrikam.com[198.18.0.2]")
    );
    assert!(
        text(Redactor::new().keep("eu-smtp-1.fabrikam.com"))
            .contains("user1@domain1.example>: host eu-smtp-1.fabrikam.com[")
    );
}

#[test]
fn codes_versions_and_words_are_no_hosts() {
    for line in [
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.7.25 [unknown] Postfix 3.7.11, Exim 4.96, id 15.20.9587.16; 12:30:01 e.g. this.Please see above",
    ] {
        assert_eq!(String::from_utf8(Redactor::new().redact(line.as_bytes()).unwrap().bytes).unwrap(), line);
    }
}

#[test]
fn the_provider_that_refused_is_still_known() {
    let line = "host contoso-com.mail.protection.outlook.com[192.0.2.9] said: 550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR03FT011.eop-EUR03.prod.protection.outlook.com]";
    let masked = Redactor::new().redact(line.as_bytes()).unwrap();
    let text = String::from_utf8(masked.bytes).unwrap();
    assert!(
        text.contains("host tenant1.mail.protection.outlook.com[")
            && text.contains("[DB5EUR03FT011.eop-EUR03.prod.protection.outlook.com]"),
        "{text}"
    );
}
