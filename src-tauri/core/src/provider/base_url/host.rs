//! What a host is: this machine, a private network, or a place no key may go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Where clouds answer a machine with its own credentials, besides the link-local 169.254.169.254: Amazon and Google over
/// IPv6, Alibaba, Azure, Oracle.
const METADATA: [IpAddr; 5] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
];
/// Their names.
const METADATA_NAMES: [&str; 5] =
    ["metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"];

fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(v4) => Some(v4.into()),
        Host::Ipv6(v6) => Some(v6.into()),
        Host::Domain(_) => None,
    }
}

fn domain(url: &Url) -> String {
    url.domain().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

/// `localhost`, 127.0.0.0/8, `::1`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    address(url).map_or_else(|| domain(url) == "localhost", |ip| ip.to_canonical().is_loopback())
}

pub(super) fn is_private(url: &Url) -> bool {
    address(url).map_or_else(|| is_local_name(&domain(url)), is_private_address)
}

/// A name that only a local network knows.
pub(crate) fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let ends = [".local", ".internal", ".lan", ".home.arpa", ".localhost"];
    !name.contains('.') || ends.iter().any(|end| name.ends_with(end))
}

/// RFC 1918 and RFC 4193.
pub(crate) fn is_private_address(ip: IpAddr) -> bool {
    match reached(ip) {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// Link-local (cloud metadata lives there), multicast, unspecified, broadcast, reserved.
pub(crate) fn is_forbidden_address(ip: IpAddr) -> bool {
    let ip = reached(ip);
    METADATA.contains(&ip)
        || ip.is_multicast()
        || ip.is_unspecified()
        || match ip {
            IpAddr::V4(v4) => v4.is_link_local() || v4.octets()[0] == 0 || v4.octets()[0] >= 240,
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        }
}

pub(super) fn is_forbidden(url: &Url) -> bool {
    if let Some(ip) = address(url) {
        return is_forbidden_address(ip);
    }
    let name = domain(url);
    name.is_empty()
        || METADATA_NAMES
            .iter()
            .any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// The IPv4 address a network takes an IPv6 address to: mapped or compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn reached(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let v4 = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    let inner = match v6.segments() {
        // `::` and `::1` are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            v4(high, low)
        }
        _ => None,
    };
    inner.map_or(ip, IpAddr::V4)
}
