//! Lists the files of `catalog/`, `scenarios/` and `book/exercises/` so that they are embedded in the binary: a new service,
//! example or exercise needs no line of Rust. Catalog files are embedded as JSON too, which is read several times faster than TOML, and with their
//! digest, so that a run need not look at the TOML at all.

#[path = "source/fnv.rs"]
mod fnv;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    embed("catalog", "catalog_files.rs", true)?;
    embed("scenarios", "scenario_files.rs", false)?;
    embed("book/exercises", "exercise_files.rs", false)?;
    write_digest("catalog", "catalog_digest.txt")
}

/// Writes the digest of a folder's files, names and texts in the order of the names.
fn write_digest(folder: &str, file_name: &str) -> io::Result<()> {
    let root = root(folder);
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    let texts = files.iter().map(|file| Ok((name_in(&root, file), fs::read_to_string(file)?)));
    let mut texts = texts.collect::<io::Result<Vec<_>>>()?;
    texts.sort();
    let digest = fnv::fnv1a(texts.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]));
    fs::write(out_folder().join(file_name), digest)
}

fn root(folder: &str) -> PathBuf {
    PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(folder)
}

fn out_folder() -> PathBuf {
    PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default())
}

/// The name of a file within a folder, with `/` on every platform.
fn name_in(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

/// Writes a list of names and `include_str!`s of a folder's TOML files, as they are and perhaps as JSON, for `include!`.
fn embed(folder: &str, list_name: &str, with_json: bool) -> io::Result<()> {
    let root = root(folder);
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    let out = out_folder();
    for file in &files {
        let name = name_in(&root, file);
        let text = file.to_string_lossy();
        if !with_json {
            writeln!(list, "    ({name:?}, include_str!({text:?})),").map_err(io::Error::other)?;
            continue;
        }
        let json = out.join(format!("{folder}/{name}")).with_extension("json");
        fs::create_dir_all(json.parent().unwrap_or(&out))?;
        fs::write(&json, as_json(file)?)?;
        let json = json.to_string_lossy();
        writeln!(list, "    ({name:?}, include_str!({text:?}), include_str!({json:?})),").map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(out.join(list_name), list)?;
    println!("cargo::rerun-if-changed={folder}");
    Ok(())
}

/// The file as JSON; nothing where it is no TOML, so that the program can say what is wrong with it.
fn as_json(file: &Path) -> io::Result<String> {
    let table = fs::read_to_string(file)?.parse::<toml::Table>();
    Ok(table.map_or_else(|_| String::new(), |table| json(toml::Value::Table(table)).to_string()))
}

fn json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(list) => list.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
