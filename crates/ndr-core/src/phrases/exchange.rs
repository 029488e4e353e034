//! Phrases of Exchange's reports, in the languages that are known.

use super::{PhraseMatches, Topic};

/// Words that only an Exchange report has. The first [`HEADINGS`] of them are headings of the block for administrators,
/// in the languages that are known.
pub(crate) const MARKS: &[&str] = &[
    "diagnostic information for administrators",
    "informations de diagnostic pour les administrateurs",
    "informazioni di diagnostica per gli amministratori",
    "diagnostisk information f",
    "diagnostische gegevens voor beheerders",
    "stico para administradores",
    "diagnoseinformationen f",
    "diagnoseinformation f",
    "stico para los administradores",
    "información de diagnóstico para administradores",
    "管理者向けの診断情報",
    "generating server",
    "serveur de g",
    "server di generazione",
    "genererande server",
    "bronserver",
    "servidor de origem",
    "generierender server",
    "servidor de generaci",
    "remote server returned '",
    "remote server  returned '",
    "#smtp#",
    "more info for email admins",
    "original message details",
];

/// How many of them are such headings.
pub(crate) const HEADINGS: usize = 11;

/// Words of the latest style.
pub(crate) const LATEST_MARKS: &[&str] = &["original message details", "more info for email admins", "error details"];

/// Whether phrases of a text are those of an Exchange report.
pub(crate) fn recognises(matches: &PhraseMatches) -> bool {
    matches.any(Topic::Exchange, 60_000)
}
