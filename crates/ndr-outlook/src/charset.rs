//! Code pages of Windows as encodings.

use encoding_rs::Encoding;

/// The code page of texts that name none.
pub(crate) const WESTERN: u32 = 1252;

/// Decodes bytes of a Windows code page. Unknown pages are read as Western European.
pub(crate) fn decode(bytes: &[u8], page: u32) -> String {
    let encoding = encoding(page);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Decodes UTF-16 of little-endian units.
pub(crate) fn decode_utf16(bytes: &[u8]) -> String {
    encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
}

fn encoding(page: u32) -> &'static Encoding {
    let label = match page {
        874 | 1250..=1258 => format!("windows-{page}"),
        28591..=28606 => format!("iso-8859-{}", page - 28590),
        932 => "shift_jis".to_string(),
        50220..=50222 => "iso-2022-jp".to_string(),
        936 | 52936 => "gbk".to_string(),
        54936 => "gb18030".to_string(),
        949 | 51949 => "euc-kr".to_string(),
        950 => "big5".to_string(),
        51932 => "euc-jp".to_string(),
        20866 => "koi8-r".to_string(),
        21866 => "koi8-u".to_string(),
        65001 | 20127 => "utf-8".to_string(),
        _ => "windows-1252".to_string(),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_of_windows() {
        assert_eq!(decode(b"Unzustellbar: \xFCber", 1252), "Unzustellbar: über");
        assert_eq!(decode(&[0x83, 0x81, 0x81, 0x5B, 0x83, 0x8B], 932), "メール");
        assert_eq!(decode("né".as_bytes(), 65001), "né");
        assert_eq!(decode(b"a", 4242), "a");
        assert_eq!(decode_utf16(&[0x61, 0, 0xE9, 0]), "aé");
    }
}
