//! Query parameters of lists and watches.

use super::answer::Status;

/// The query parameters the API server reads; others are ignored, as it does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    pub(crate) watch: bool,
    pub(crate) allow_bookmarks: bool,
    pub(crate) send_initial_events: Option<bool>,
    pub(crate) resource_version: Option<String>,
    pub(crate) resource_version_match: Option<String>,
    pub(crate) limit: usize,
    pub(crate) continue_token: Option<String>,
    pub(crate) timeout_seconds: Option<u64>,
    pub(crate) label_selector: String,
    pub(crate) field_selector: String,
}

impl Params {
    pub(crate) fn parse(query: &str) -> Self {
        let mut params = Self::default();
        let truth = |value: &str| matches!(value, "true" | "1" | "");
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            let text = (!value.is_empty()).then(|| value.clone());
            match &*key {
                "watch" => params.watch = truth(&value),
                "allowWatchBookmarks" => params.allow_bookmarks = truth(&value),
                "sendInitialEvents" => params.send_initial_events = text.map(|value| truth(&value)),
                "resourceVersion" => params.resource_version = text,
                "resourceVersionMatch" => params.resource_version_match = text,
                "limit" => params.limit = value.parse().unwrap_or(0),
                "continue" => params.continue_token = text,
                "timeoutSeconds" => params.timeout_seconds = value.parse().ok(),
                "labelSelector" => params.label_selector = value,
                "fieldSelector" => params.field_selector = value,
                _ => {}
            }
        }
        params
    }

    /// The resourceVersion as a number.
    pub(crate) fn rv(&self) -> Result<Option<u64>, Status> {
        let Some(text) = &self.resource_version else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Status::bad_request(&format!(
                "invalid resource version: resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax"
            ))
        })
    }

    /// The rules of `ListOptions` for a list.
    pub(crate) fn check_list(&self) -> Result<(), Status> {
        if self.send_initial_events.is_some() {
            return Err(invalid("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        let Some(matching) = &self.resource_version_match else { return Ok(()) };
        let field = "resourceVersionMatch";
        if self.resource_version.is_none() {
            return Err(invalid(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }
        if self.continue_token.is_some() {
            return Err(invalid(field, "resourceVersionMatch is forbidden when continue is provided"));
        }
        match (matching.as_str(), self.resource_version.as_deref()) {
            ("Exact", Some("0")) => Err(invalid(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")),
            ("Exact" | "NotOlderThan", _) => Ok(()),
            _ => Err(unsupported(matching)),
        }
    }

    /// The rules of `ListOptions` for a watch.
    pub(crate) fn check_watch(&self, watch_list: bool) -> Result<(), Status> {
        let field = "resourceVersionMatch";
        let matching = self.resource_version_match.as_deref();
        match (self.send_initial_events, matching) {
            (Some(_), _) if !watch_list => {
                let why = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
                Err(invalid("sendInitialEvents", why))
            }
            (Some(_), Some("NotOlderThan")) => Ok(()),
            (Some(_), _) => Err(invalid(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")),
            (None, Some(_)) => Err(invalid(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")),
            (None, None) => Ok(()),
        }
    }
}

fn invalid(field: &str, why: &str) -> Status {
    let why = format!("Forbidden: {why}");
    Status::invalid_options(field, "FieldValueForbidden", &why)
}

fn unsupported(value: &str) -> Status {
    let why = format!("Unsupported value: \"{value}\": supported values: \"Exact\", \"NotOlderThan\"");
    Status::invalid_options("resourceVersionMatch", "FieldValueNotSupported", &why)
}
