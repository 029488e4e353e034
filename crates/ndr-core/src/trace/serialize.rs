//! The JSON of a trace, as docs/result.md names it.

use super::{
    Chain, Ending, HeaderSource, Hop, Identities, Moment, Node, Path, PathSource, Refusal, Refuser, Role, Scope, Tls,
    Trace, Try,
};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A struct whose fields have the same names in JSON, or the name that is given.
macro_rules! object {
    ($type:ident { $($field:ident $(as $name:literal)?),+ $(,)? }) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let fields = [$(stringify!($field)),+].len();
                let mut out = serializer.serialize_struct(stringify!($type), fields)?;
                $(out.serialize_field(object!(@name $field $($name)?), &self.$field)?;)+
                out.end()
            }
        }
    };
    (@name $field:ident $name:literal) => { $name };
    (@name $field:ident) => { stringify!($field) };
}

/// A value with a permanent name.
macro_rules! word {
    ($($type:ident),+) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.slug())
            }
        }
    )+};
}

object!(Trace { source, identities, path, chain });
object!(Identities { from, sender, reply_to, return_path, to, subject, date, message_id, client, originating_ip });
object!(Path { source, hops, total, slowest, omitted });
object!(Hop {
    number, field, from, helo, reverse, ip, by, by_ip, with, via, id, for_ as "for", tls, authenticated, time, time_text, delay,
    skew, scope, parsed, text
});
object!(Tls { version, cipher });
object!(Chain { nodes, refusals });
object!(Node { role, host, ip, provider, time, delay, hops, refused });
object!(Try { time, time_text, server, text });
word!(HeaderSource, Ending, PathSource, Refuser, Role, Scope);

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Refusal", 8)?;
        out.serialize_field("recipients", &self.recipients)?;
        out.serialize_field("ending", &self.ending)?;
        out.serialize_field("by", &self.by)?;
        out.serialize_field("node", &self.node)?;
        out.serialize_field("reply", &self.reply)?;
        out.serialize_field("status", &self.status.map(|status| status.to_string()))?;
        out.serialize_field("command", &self.command)?;
        out.serialize_field("attempts", &self.attempts)?;
        out.end()
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
