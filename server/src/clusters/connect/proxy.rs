//! When the environment's proxy is not for a cluster.
//!
//! kube takes `$HTTPS_PROXY` for every cluster and compares `$NO_PROXY` with the proxy's own address; here the rules
//! are those of kubectl: the cluster's address counts, and neither plain HTTP nor this machine goes through it.

use std::net::IpAddr;

/// `$NO_PROXY` or `$no_proxy`.
pub(super) fn no_proxy() -> Option<String> {
    ["NO_PROXY", "no_proxy"].into_iter().find_map(|name| std::env::var(name).ok()).filter(|value| !value.is_empty())
}

/// Whether a cluster is reached directly although `$HTTPS_PROXY` is set.
pub(super) fn bypassed(url: &http::Uri, no_proxy: Option<&str>) -> bool {
    let Some(host) = url.host() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    let here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    let listed = |entry: &str| {
        let entry = entry.trim().to_ascii_lowercase();
        match (entry.as_str(), address) {
            ("", _) => false,
            ("*", _) => true,
            (entry, Some(address)) => entry.parse() == Ok(address) || in_network(entry, address),
            (entry, None) => {
                let domain = entry.trim_start_matches("*.").trim_start_matches('.');
                host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
            }
        }
    };
    here || url.scheme_str() == Some("http") || no_proxy.is_some_and(|list| list.split(',').any(listed))
}

/// Whether an address is in `10.0.0.0/8`.
fn in_network(network: &str, address: IpAddr) -> bool {
    let Some((base, bits)) = network.split_once('/') else { return false };
    let (Ok(base), Ok(bits)) = (base.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(base) & mask == u32::from(address) & mask
        }
        (IpAddr::V6(base), IpAddr::V6(address)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(base) & mask == u128::from(address) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clusters_address_decides() {
        for (url, no_proxy, expected) in [
            ("https://k8s.example:6443", None, false),
            ("https://127.0.0.1:6443", None, true),
            ("https://[::1]:6443", None, true),
            ("http://k8s.example:8080", None, true),
            ("https://k8s.example", Some("other.example,.example"), true),
            ("https://k8s.example", Some("s.example"), false),
            ("https://k8s.example", Some("k8s.example"), true),
            ("https://10.1.2.3", Some("10.0.0.0/8"), true),
            ("https://11.1.2.3", Some("10.0.0.0/8"), false),
            ("https://10.1.2.3", Some("0.0.0.0/0"), true),
            ("https://[fd00::5]", Some("fd00::/8"), true),
            ("https://k8s.example", Some("*"), true),
        ] {
            assert_eq!(bypassed(&url.parse().unwrap(), no_proxy), expected, "{url} {no_proxy:?}");
        }
    }
}
