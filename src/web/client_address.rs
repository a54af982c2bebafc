//! Where a request comes from and how it travelled. Forwarding headers count only from the configured
//! proxies; actix's own reading of them believes anyone.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderValue};
use ipnet::IpNet;

use crate::config::Config;

/// The peer of the connection; IPv4 inside IPv6 reads as IPv4.
pub fn peer(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().as_ref().map(SocketAddr::ip);
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| {
        address.to_canonical()
    })
}

/// The client: the peer, or behind trusted proxies the rightmost forwarded address that is not trusted.
pub fn client(config: &Config, request: &HttpRequest) -> IpAddr {
    let peer = peer(request);
    if !contains(&config.trusted_proxies, peer) {
        return peer;
    }
    let forwarded = forwarded_for(request.headers());
    let untrusted = forwarded
        .iter()
        .rev()
        .find(|address| !contains(&config.trusted_proxies, **address));
    // All trusted: the farthest of them.
    untrusted
        .or_else(|| forwarded.first())
        .copied()
        .unwrap_or(peer)
}

/// Whether the last leg before a trusted proxy was https, as the proxy tells.
pub fn forwarded_https(headers: &HeaderMap) -> bool {
    let proto = last_value(headers, "x-forwarded-proto")
        .or_else(|| parameter(last_value(headers, "forwarded")?, "proto"));
    proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

/// Whether `address` lies in one of `networks`.
pub fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// `X-Forwarded-For`, else `Forwarded` (RFC 7239), leftmost first. From whatever cannot be read on to
/// the left nothing counts.
fn forwarded_for(headers: &HeaderMap) -> Vec<IpAddr> {
    let name = if headers.contains_key("x-forwarded-for") {
        "x-forwarded-for"
    } else {
        "forwarded"
    };
    // As bytes: what a client wrote before it must not make a proxy's own element unreadable.
    let values: Vec<&[u8]> = headers.get_all(name).map(HeaderValue::as_bytes).collect();
    let values = values.join(&b',');
    let readable = elements_from_last(&values).map_while(|element| match name {
        "forwarded" => parameter(element?, "for").and_then(address),
        _ => address(element?),
    });
    let mut addresses: Vec<IpAddr> = readable.collect();
    addresses.reverse();
    addresses
}

fn last_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let last = headers.get_all(name).last()?;
    elements_from_last(last.as_bytes()).next().flatten()
}

/// The elements of a list, rightmost first; none for one that is no text.
fn elements_from_last(list: &[u8]) -> impl Iterator<Item = Option<&str>> {
    list.rsplit(|&byte| byte == b',')
        .map(|element| std::str::from_utf8(element).ok().map(str::trim))
}

/// One parameter of an element of `Forwarded`.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"'))
    })
}

/// An address with or without a port; IPv6 with a port stands in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let parsed = bare
        .parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    parsed.map(|address: IpAddr| address.to_canonical())
}
