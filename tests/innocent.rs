//! Sentences that people write every day are no bounces, whatever words they share with servers.

#[test]
fn innocent_sentences_are_no_bounces() {
    let lines = include_str!("catalog/innocent.txt").lines();
    let sentences: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(sentences.len() >= 150, "{} sentences", sentences.len());
    let mut wrong = Vec::new();
    for sentence in sentences {
        let report = ndr::explain(sentence);
        if !matches!(report.kind, ndr::Kind::Other | ndr::Kind::AutoReply) {
            let slug = report.recipients.first().and_then(|one| one.diagnosis.as_ref()).map(|found| found.entry.slug);
            wrong.push(format!("{sentence}: {:?} {slug:?}", report.kind));
        }
    }
    assert!(wrong.is_empty(), "{} sentences are taken for bounces:\n{}", wrong.len(), wrong.join("\n"));
}
