//! Which cell's details are open: it is in the path of the address.

use model::ids::{EnvironmentName, ServiceName};

use crate::address::unescape;

/// A service, and the environment when the path names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The service.
    pub service: ServiceName,
    /// The environment; none means its first.
    pub environment: Option<EnvironmentName>,
}

impl Selection {
    /// Reads a path like `{base}/services/cart/dev`.
    #[must_use]
    pub fn of_path(base: &str, path: &str) -> Option<Self> {
        let rest = path.strip_prefix(base)?.strip_prefix("/services/")?;
        let mut segments = rest.split('/').filter(|segment| !segment.is_empty());
        let service = unescape(segments.next()?).into();
        Some(Self { service, environment: segments.next().map(|segment| unescape(segment).into()) })
    }
}

#[cfg(test)]
mod tests {
    use super::Selection;

    #[test]
    fn a_path_names_a_service_and_perhaps_an_environment() {
        let selection = |service: &str, environment: Option<&str>| {
            Some(Selection { service: service.into(), environment: environment.map(Into::into) })
        };
        assert_eq!(Selection::of_path("", "/services/cart"), selection("cart", None));
        assert_eq!(Selection::of_path("", "/services/cart/"), selection("cart", None));
        assert_eq!(Selection::of_path("", "/services/shop%2Fcart/dev"), selection("shop/cart", Some("dev")));
        assert_eq!(Selection::of_path("/x", "/x/services/cart/dev"), selection("cart", Some("dev")));
        assert_eq!(Selection::of_path("/x", "/services/cart/dev"), None);
        assert_eq!(Selection::of_path("", "/"), None);
        assert_eq!(Selection::of_path("", "/services/"), None);
    }
}
