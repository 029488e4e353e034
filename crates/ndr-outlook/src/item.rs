//! An Outlook item: its properties, its recipients and its attachments, whatever it was stored in.

use crate::charset;
use std::collections::BTreeMap;

/// Property ids (MS-OXPROPS), by the names of MAPI.
pub(crate) mod id {
    /// `PR_MESSAGE_CLASS`
    pub(crate) const MESSAGE_CLASS: u16 = 0x001A;
    /// `PR_SUBJECT`
    pub(crate) const SUBJECT: u16 = 0x0037;
    /// `PR_CLIENT_SUBMIT_TIME`
    pub(crate) const SUBMIT_TIME: u16 = 0x0039;
    /// `PR_SENT_REPRESENTING_NAME`
    pub(crate) const FROM_NAME: u16 = 0x0042;
    /// `PR_ORIGINAL_SUBJECT`
    pub(crate) const ORIGINAL_SUBJECT: u16 = 0x0049;
    /// `PR_ORIGINAL_SUBMIT_TIME`
    pub(crate) const ORIGINAL_SUBMIT_TIME: u16 = 0x004E;
    /// `PR_SENT_REPRESENTING_EMAIL_ADDRESS`
    pub(crate) const FROM_ADDRESS: u16 = 0x0065;
    /// `PR_ORIGINAL_DISPLAY_TO`
    pub(crate) const ORIGINAL_DISPLAY_TO: u16 = 0x0074;
    /// `PR_TRANSPORT_MESSAGE_HEADERS`
    pub(crate) const TRANSPORT_HEADERS: u16 = 0x007D;
    /// `PR_SUPPLEMENTARY_INFO`
    pub(crate) const SUPPLEMENTARY_INFO: u16 = 0x0C1B;
    /// `PR_SENDER_NAME`
    pub(crate) const SENDER_NAME: u16 = 0x0C1A;
    /// `PR_SENDER_EMAIL_ADDRESS`
    pub(crate) const SENDER_ADDRESS: u16 = 0x0C1F;
    /// `PR_NDR_STATUS_CODE`
    pub(crate) const NDR_STATUS: u16 = 0x0C20;
    /// `PR_DSN_REMOTE_MTA`
    pub(crate) const REMOTE_MTA: u16 = 0x0C21;
    /// `PR_DISPLAY_TO`
    pub(crate) const DISPLAY_TO: u16 = 0x0E04;
    /// `PR_MESSAGE_DELIVERY_TIME`
    pub(crate) const DELIVERY_TIME: u16 = 0x0E06;
    /// `PR_BODY`
    pub(crate) const BODY: u16 = 0x1000;
    /// `PR_REPORT_TEXT`
    pub(crate) const REPORT_TEXT: u16 = 0x1001;
    /// `PR_RTF_COMPRESSED`
    pub(crate) const RTF: u16 = 0x1009;
    /// `PR_HTML`
    pub(crate) const HTML: u16 = 0x1013;
    /// `PR_INTERNET_MESSAGE_ID`
    pub(crate) const MESSAGE_ID: u16 = 0x1035;
    /// `PR_IN_REPLY_TO_ID`
    pub(crate) const IN_REPLY_TO: u16 = 0x1042;
    /// `PR_ORIGINAL_MESSAGE_ID`
    pub(crate) const ORIGINAL_MESSAGE_ID: u16 = 0x1046;
    /// `PR_DISPLAY_NAME`
    pub(crate) const DISPLAY_NAME: u16 = 0x3001;
    /// `PR_EMAIL_ADDRESS`
    pub(crate) const EMAIL_ADDRESS: u16 = 0x3003;
    /// `PR_ATTACH_DATA_BIN`, `PR_ATTACH_DATA_OBJ`
    pub(crate) const ATTACH_DATA: u16 = 0x3701;
    /// `PR_ATTACH_FILENAME`
    pub(crate) const ATTACH_NAME: u16 = 0x3704;
    /// `PR_ATTACH_LONG_FILENAME`
    pub(crate) const ATTACH_LONG_NAME: u16 = 0x3707;
    /// `PR_ATTACH_MIME_TAG`
    pub(crate) const ATTACH_MIME: u16 = 0x370E;
    /// `PR_SMTP_ADDRESS`
    pub(crate) const SMTP_ADDRESS: u16 = 0x39FE;
    /// `PR_INTERNET_CPID`
    pub(crate) const INTERNET_PAGE: u16 = 0x3FDE;
    /// `PR_MESSAGE_CODEPAGE`
    pub(crate) const MESSAGE_PAGE: u16 = 0x3FFD;
    /// `PidTagSenderSmtpAddress`
    pub(crate) const SENDER_SMTP: u16 = 0x5D01;
    /// `PidTagReportingMessageTransferAgent`
    pub(crate) const REPORTING_MTA: u16 = 0x6820;

    /// All of them: others are not read.
    pub(crate) const WANTED: &[u16] = &[
        MESSAGE_CLASS,
        SUBJECT,
        SUBMIT_TIME,
        FROM_NAME,
        ORIGINAL_SUBJECT,
        ORIGINAL_SUBMIT_TIME,
        FROM_ADDRESS,
        ORIGINAL_DISPLAY_TO,
        TRANSPORT_HEADERS,
        SUPPLEMENTARY_INFO,
        SENDER_NAME,
        SENDER_ADDRESS,
        NDR_STATUS,
        REMOTE_MTA,
        DISPLAY_TO,
        DELIVERY_TIME,
        BODY,
        REPORT_TEXT,
        RTF,
        HTML,
        MESSAGE_ID,
        IN_REPLY_TO,
        ORIGINAL_MESSAGE_ID,
        DISPLAY_NAME,
        EMAIL_ADDRESS,
        ATTACH_DATA,
        ATTACH_NAME,
        ATTACH_LONG_NAME,
        ATTACH_MIME,
        SMTP_ADDRESS,
        INTERNET_PAGE,
        MESSAGE_PAGE,
        SENDER_SMTP,
        REPORTING_MTA,
    ];
}

/// Property types (MS-OXCDATA section 2.11.1).
pub(crate) mod kind {
    pub(crate) const INTEGER: u16 = 0x0003;
    pub(crate) const BOOLEAN: u16 = 0x000B;
    pub(crate) const OBJECT: u16 = 0x000D;
    pub(crate) const STRING8: u16 = 0x001E;
    pub(crate) const UNICODE: u16 = 0x001F;
    pub(crate) const TIME: u16 = 0x0040;
    pub(crate) const BINARY: u16 = 0x0102;
}

/// How deep items within items are read.
pub(crate) const DEPTH: usize = 8;
/// Most recipients and most attachments of one item.
pub(crate) const MOST: usize = 1_000;
/// Most bytes of one property.
pub(crate) const LONGEST: usize = 16 << 20;

/// The value of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Number(u64),
    Unicode(String),
    /// A text in the item's code page.
    Bytes8(Vec<u8>),
    Binary(Vec<u8>),
}

/// The properties of an item, a recipient or an attachment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Properties {
    pub(crate) values: BTreeMap<u16, Value>,
    /// The code page of its texts.
    pub(crate) page: Option<u32>,
}

impl Properties {
    /// A text; none where it is empty.
    pub(crate) fn text(&self, id: u16) -> Option<String> {
        let page = self.page.unwrap_or(charset::WESTERN);
        let text = match self.values.get(&id)? {
            Value::Unicode(text) => text.clone(),
            Value::Bytes8(bytes) => charset::decode(bytes, page),
            Value::Binary(_) | Value::Number(_) => return None,
        };
        let text = text.trim_end_matches('\0').to_string();
        (!text.trim().is_empty()).then_some(text)
    }

    /// The first of several texts that is there.
    pub(crate) fn first(&self, ids: &[u16]) -> Option<String> {
        ids.iter().find_map(|id| self.text(*id))
    }

    pub(crate) fn number(&self, id: u16) -> Option<u64> {
        match self.values.get(&id)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn binary(&self, id: u16) -> Option<&[u8]> {
        match self.values.get(&id)? {
            Value::Binary(bytes) | Value::Bytes8(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Takes over the code page that the properties name.
    pub(crate) fn settle_page(&mut self, outer: Option<u32>) {
        let named = [id::MESSAGE_PAGE, id::INTERNET_PAGE].into_iter().find_map(|id| self.number(id));
        self.page = named.and_then(|page| u32::try_from(page).ok()).or(outer);
    }
}

/// What an attachment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attachment {
    /// A message.
    Item(Item),
    /// A file.
    File(Properties),
}

/// An Outlook item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) properties: Properties,
    pub(crate) recipients: Vec<Properties>,
    pub(crate) attachments: Vec<Attachment>,
}
