//! Names of services, teams and people.

/// A service's name, its team, and whether its versions have a number that people read.
pub(super) const SERVICES: [(&str, &str, bool); 40] = [
    ("administrative-service", "core", true),
    ("backoffice", "shop", false),
    ("billing-worker", "shop", false),
    ("cart", "platform", false),
    ("catalog", "core", true),
    ("checkout", "shop", false),
    ("coupon-service", "shop", false),
    ("currency-rates", "platform", false),
    ("customer-service", "platform", false),
    ("delivery-slots", "logistics", false),
    ("ecommerce", "core", true),
    ("email-gateway", "shop", false),
    ("event-relay", "platform", false),
    ("feature-flags", "platform", true),
    ("fraud-check", "shop", false),
    ("gateway", "platform", false),
    ("gift-cards", "shop", false),
    ("image-resizer", "platform", false),
    ("inventory", "core", true),
    ("invoice-service", "shop", false),
    ("ledger", "shop", false),
    ("loyalty", "shop", false),
    ("media-service", "core", false),
    ("node-agent", "platform", false),
    ("notification-service", "platform", false),
    ("order-service", "core", true),
    ("partner-api", "core", true),
    ("payments", "shop", false),
    ("pricing", "shop", false),
    ("provider", "platform", false),
    ("recommendations", "core", true),
    ("returns-service", "logistics", false),
    ("review-service", "shop", false),
    ("search-indexer", "shop", false),
    ("seat-map", "logistics", false),
    ("sessions", "shop", false),
    ("shipping", "platform", false),
    ("store-locator", "logistics", true),
    ("timetable-service", "core", true),
    ("users", "shop", false),
];

/// The people who deploy.
pub(super) const PEOPLE: [&str; 9] = ["gauxachs", "ignas", "hector", "mano", "roberto", "jarodillo", "lucia", "nuria", "svetlana"];

/// First and second parts of the names of further services.
const THINGS: [&str; 24] = [
    "account",
    "address",
    "audit",
    "basket",
    "booking",
    "campaign",
    "claim",
    "contract",
    "courier",
    "discount",
    "document",
    "fare",
    "forecast",
    "itinerary",
    "journey",
    "label",
    "market",
    "offer",
    "parcel",
    "quote",
    "route",
    "stock",
    "supplier",
    "voucher",
];
const PARTS: [&str; 12] =
    ["api", "service", "worker", "importer", "exporter", "scheduler", "gateway", "store", "proxy", "notifier", "search", "report"];
const TEAMS: [&str; 4] = ["core", "shop", "platform", "logistics"];

/// The usual names of that many environments, in promotion order.
#[must_use]
pub fn environments(count: usize) -> Vec<String> {
    // The order is that of promotion; a few clusters get the first ranks.
    const RANKED: [(&str, usize); 10] =
        [("dev", 1), ("int", 4), ("test", 5), ("qa", 6), ("uat", 7), ("pre", 2), ("stage", 8), ("perf", 9), ("pro", 3), ("dr", 10)];
    let usual = RANKED.iter().filter(|(_, rank)| *rank <= count).map(|(name, _)| (*name).to_owned());
    usual.chain((RANKED.len()..count).map(|index| format!("env-{}", index + 1))).collect()
}

/// The name, team and kind of version of the service with a number.
pub(super) fn service(index: usize) -> (String, &'static str, bool) {
    if let Some((name, team, numbered)) = SERVICES.get(index) {
        return ((*name).to_owned(), team, *numbered);
    }
    let further = index - SERVICES.len();
    let thing = THINGS[further % THINGS.len()];
    let part = PARTS[further / THINGS.len() % PARTS.len()];
    let round = further / (THINGS.len() * PARTS.len());
    let name = if round == 0 { format!("{thing}-{part}") } else { format!("{thing}-{part}-{}", round + 1) };
    (name, TEAMS[further % TEAMS.len()], further.is_multiple_of(5))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn environments_are_the_usual_ones() {
        assert_eq!(super::environments(3), ["dev", "pre", "pro"]);
        assert_eq!(super::environments(12).len(), 12);
    }

    #[test]
    fn every_service_has_a_name_of_its_own() {
        let names: BTreeSet<String> = (0..3000).map(|index| super::service(index).0).collect();
        assert_eq!(names.len(), 3000);
        assert!(
            names.iter().all(|name| name.len() <= 40 && name.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit()))
        );
    }
}
