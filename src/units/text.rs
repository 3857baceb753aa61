//! Quantities as strings in TOML and JSON, and their part in schemas.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ByteRate, Bytes, Quantity, RecordRate, Share, SimDuration, Usd};

macro_rules! as_text {
    ($type:ty, $name:literal, $format:literal, $example:literal, $doc:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format, "description": $doc, "examples": [$example] })
            }
        }
    };
}

as_text!(Bytes, "Size", "size", "5 MiB", "A size with its unit; MB is 10^6 bytes, MiB is 2^20.");
as_text!(SimDuration, "Duration", "duration", "15 min", "A length of time with its unit: ms, s, min, h, days.");
as_text!(
    RecordRate,
    "RecordRate",
    "record-rate",
    "1200 records/s",
    "Records (events, requests) per s, min, h, day or month."
);
as_text!(ByteRate, "ByteRate", "byte-rate", "5 MiB/s", "A size per s, min, h or day.");
as_text!(Share, "Share", "share", "95 %", "A share of a whole, in per cent.");
as_text!(Usd, "Usd", "usd", "0.029", "An amount in US dollars, a plain decimal with at most ten places.");
as_text!(
    Quantity,
    "Quantity",
    "quantity",
    "1500 GB",
    "A number of something in a month, `300 million requests`, or by the time, `50 GB/day`, `500 records/s`."
);
