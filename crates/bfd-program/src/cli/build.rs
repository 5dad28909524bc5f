//! What this program was built from.

/// Version, commit and date of a build, given to the compiler as `GOBFD_VERSION`, `GOBFD_COMMIT`
/// and `GOBFD_BUILD_DATE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// Release, or `dev`.
    pub version: &'static str,
    /// Short commit, or `unknown`.
    pub commit: &'static str,
    /// RFC 3339 time, or `unknown`.
    pub date: &'static str,
}

/// This build.
pub const BUILD: Build = Build {
    version: or(option_env!("GOBFD_VERSION"), "dev"),
    commit: or(option_env!("GOBFD_COMMIT"), "unknown"),
    date: or(option_env!("GOBFD_BUILD_DATE"), "unknown"),
};

impl Build {
    /// The three lines that `-version` prints.
    #[must_use]
    pub fn describe(&self, program: &str) -> String {
        let Self {
            version,
            commit,
            date,
        } = self;
        format!("{program} {version}\n  commit:  {commit}\n  built:   {date}\n")
    }
}

/// An empty value counts as none: build scripts often pass one.
const fn or(value: Option<&'static str>, otherwise: &'static str) -> &'static str {
    match value {
        Some(value) if !value.is_empty() => value,
        _ => otherwise,
    }
}
