//! `catalog!("../../catalog.yaml")`: the catalogue as Rust.
//!
//! The macro reads and checks the file at compile time and writes an enum with one documented variant per entry, and
//! static tables that need no work at run time. A mistake in the file is a compile error that shows the line.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod expand;

use proc_macro::TokenStream;
use quote::quote;
use syn::{LitStr, parse_macro_input};

/// Writes the catalogue of a YAML file, named relative to the crate's `Cargo.toml`.
///
/// Defines `enum Cause`, `static CATALOG` and what belongs to them; see the crate `ndr-core` for their documentation.
#[proc_macro]
pub fn catalog(input: TokenStream) -> TokenStream {
    let literal = parse_macro_input!(input as LitStr);
    let name = literal.value();
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let path = std::path::Path::new(&root).join(&name);
    let shown = path.file_name().map_or(name.clone(), |file| file.to_string_lossy().into_owned());
    let outcome =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display())).and_then(|text| {
            ndr_catalog::load(&shown, &text).map_err(|problems| format!("{shown} has mistakes\n\n{problems}\n"))
        });
    let tables = match outcome {
        Ok(catalog) => expand::tables(&catalog),
        Err(message) => syn::Error::new(literal.span(), message).into_compile_error(),
    };
    // Cargo rebuilds when this file changes, in the error case too.
    let absolute = path.to_string_lossy().into_owned();
    let watch = if path.exists() {
        quote! { const _: &[u8] = include_bytes!(#absolute); }
    } else {
        quote! {}
    };
    quote! { #tables #watch }.into()
}
