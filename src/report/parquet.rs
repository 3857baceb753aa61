//! Cells of an experiment as a Parquet file, made from the very rows that cells.csv holds.
//!
//! Figures are nullable `DOUBLE`s with their unit in the name, counts are `INT64`s, everything else is text; what is not known
//! is null. The plan of the experiment is the value of the key `forebay.plan` in the file's metadata.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

/// Rows of a group: what a reader takes in at a time.
const GROUP: usize = 1 << 17;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Count,
    Number,
    Text,
}

impl Kind {
    /// The kind of a column of cells: the first `keys + 1` are the cell's number and its levels.
    fn of(column: usize, name: &str, keys: usize) -> Self {
        match name {
            "cell" | "replications" if column == 0 || column > keys => Self::Count,
            _ if column <= keys => Self::Text,
            "service" | "path" | "tier" | "problem" => Self::Text,
            _ => Self::Number,
        }
    }

    const fn physical(self) -> Physical {
        match self {
            Self::Count => Physical::INT64,
            Self::Number => Physical::DOUBLE,
            Self::Text => Physical::BYTE_ARRAY,
        }
    }
}

/// The text of a cells.csv with this many varied keys as a Parquet file.
///
/// # Errors
/// [`ParquetError`] where the text is not the CSV of cells.
pub fn of_cells(csv: &str, keys: usize, plan: &str) -> Result<Vec<u8>, ParquetError> {
    let external = |error: csv::Error| ParquetError::External(Box::new(error));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let head: Vec<String> = reader.headers().map_err(external)?.iter().map(str::to_owned).collect();
    let kinds: Vec<Kind> = head.iter().enumerate().map(|(column, name)| Kind::of(column, name, keys)).collect();
    let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(external)?;
    let plan = KeyValue::new("forebay.plan".to_owned(), plan.to_owned());
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![plan])).build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema(&head, &kinds)?, Arc::new(properties))?;
    for lot in rows.chunks(GROUP) {
        let mut group = file.next_row_group()?;
        for (column, kind) in kinds.iter().enumerate() {
            let texts = lot.iter().map(|row| row.get(column).unwrap_or_default());
            match kind {
                Kind::Count => write::<Int64Type>(&mut group, texts.map(|text| text.parse().ok()))?,
                Kind::Number => write::<DoubleType>(&mut group, texts.map(|text| text.parse().ok()))?,
                Kind::Text => {
                    let known = |text: &str| (!text.is_empty()).then(|| ByteArray::from(text));
                    write::<ByteArrayType>(&mut group, texts.map(known))?;
                }
            }
        }
        group.close()?;
    }
    file.into_inner()
}

fn schema(head: &[String], kinds: &[Kind]) -> Result<Arc<Type>, ParquetError> {
    let field = |(name, kind): (&String, &Kind)| {
        let text = (*kind == Kind::Text).then_some(LogicalType::String);
        Type::primitive_type_builder(name, kind.physical())
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(text)
            .build()
            .map(Arc::new)
    };
    let fields = head.iter().zip(kinds).map(field).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("cells").with_fields(fields).build().map(Arc::new)
}

/// One column of a group; `None` is null.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let values: Vec<Option<T::T>> = values.collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let known: Vec<T::T> = values.into_iter().flatten().collect();
    let mut column = group
        .next_column()?
        .ok_or_else(|| ParquetError::General("a row with more fields than the head has columns".to_owned()))?;
    column.typed::<T>().write_batch(&known, Some(&levels), None)?;
    column.close()
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::*;

    const CSV: &str = "cell,firehose.shards,replications,service,p99_s,problem\n\
                       0,3,3,firehose,1.5,\n\
                       1,many,,,,\"nothing, fits\"\n";

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &of_cells(CSV, 1, "{}").unwrap()).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let rows: Vec<Vec<Field>> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().get_column_iter().map(|(_, field)| field.clone()).collect())
            .collect();
        let text = |text: &str| Field::Str(text.to_owned());
        let first = [Field::Long(0), text("3"), Field::Long(3), text("firehose"), Field::Double(1.5), Field::Null];
        let second = [Field::Long(1), text("many"), Field::Null, Field::Null, Field::Null, text("nothing, fits")];
        assert_eq!(rows, [first.to_vec(), second.to_vec()]);
        let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert!(metadata.iter().any(|pair| pair.key == "forebay.plan" && pair.value.as_deref() == Some("{}")));
    }
}
