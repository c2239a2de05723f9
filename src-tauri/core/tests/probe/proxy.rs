//! Proxies of the tests' own, good and bad: HTTP CONNECT (RFC 9110 §9.3.6), plain or over TLS, and `SOCKS5` (RFC 1928,
//! RFC 1929). Whatever host they are asked for, they lead to one server of the test's.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use super::support;

/// How a proxy behaves once it was asked for a host.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Lets everybody through.
    Open,
    /// Lets through whoever says this: `user:password`.
    Wants(&'static str),
    /// Answers every request with this head.
    Says(&'static str),
    /// Hangs up instead of an answer.
    HangsUp,
    /// Says yes, then hangs up.
    Dies,
    /// Lets this many bytes of the answer through, then hangs up.
    DiesAfter(u64),
    /// Never answers.
    Silent,
}

/// What was said to a proxy: for each connection the head of a CONNECT, or the host and the credentials of `SOCKS5`.
pub(crate) type Seen = Arc<Mutex<Vec<String>>>;

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    seen: Seen,
}

impl Proxy {
    /// An HTTP proxy that leads to `server`.
    pub(crate) async fn http(manner: Manner, server: SocketAddr) -> Self {
        let seen = Seen::default();
        let told = seen.clone();
        let address = support::raw(move |stream| connect(stream, manner.clone(), server, told.clone())).await;
        Self { address, seen }
    }

    /// The same over TLS.
    pub(crate) async fn https(manner: Manner, server: SocketAddr, acceptor: TlsAcceptor) -> Self {
        let seen = Seen::default();
        let told = seen.clone();
        let address = support::raw(move |stream| {
            let (acceptor, manner, told) = (acceptor.clone(), manner.clone(), told.clone());
            async move {
                if let Ok(tls) = acceptor.accept(stream).await {
                    connect(tls, manner, server, told).await;
                }
            }
        })
        .await;
        Self { address, seen }
    }

    /// A `SOCKS5` proxy that leads to `server`.
    pub(crate) async fn socks5(manner: Manner, server: SocketAddr) -> Self {
        let seen = Seen::default();
        let told = seen.clone();
        let address = support::raw(move |stream| {
            let (manner, told) = (manner.clone(), told.clone());
            async move {
                let _ = socks5(stream, manner, server, told).await;
            }
        })
        .await;
        Self { address, seen }
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").clone()
    }
}

/// Reads until the blank line; empty when the other side only looked.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

async fn connect(mut stream: impl AsyncRead + AsyncWrite + Unpin, manner: Manner, server: SocketAddr, seen: Seen) {
    let head = head(&mut stream).await;
    if head.is_empty() {
        return;
    }
    seen.lock().expect("no panic").push(head.clone());
    let asked = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"test\"\r\n";
    let refused = match manner {
        Manner::Wants(words) if !head.contains(&format!("Basic {}\r\n", base64(words))) => Some(asked),
        Manner::Says(line) => Some(line),
        _ => None,
    };
    if let Some(refused) = refused {
        let _ = stream.write_all(format!("{refused}content-length: 0\r\n\r\n").as_bytes()).await;
        return;
    }
    if matches!(manner, Manner::HangsUp) {
        return;
    }
    if matches!(manner, Manner::Silent) {
        return std::future::pending().await;
    }
    let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
    lead(stream, &manner, server).await;
}

async fn lead(mut stream: impl AsyncRead + AsyncWrite + Unpin, manner: &Manner, server: SocketAddr) {
    if matches!(manner, Manner::Dies) {
        return;
    }
    let mut there = TcpStream::connect(server).await.expect("the test's own server");
    let Manner::DiesAfter(bytes) = manner else {
        let _ = copy_bidirectional(&mut stream, &mut there).await;
        return;
    };
    let (mut from, mut to) = there.split();
    let (mut reading, mut writing) = tokio::io::split(stream);
    let mut answer = (&mut from).take(*bytes);
    tokio::select! {
        _ = tokio::io::copy(&mut reading, &mut to) => {}
        _ = tokio::io::copy(&mut answer, &mut writing) => {}
    }
}

async fn socks5(mut stream: TcpStream, manner: Manner, server: SocketAddr, seen: Seen) -> std::io::Result<()> {
    let [_, methods] = [stream.read_u8().await?, stream.read_u8().await?];
    let mut offered = vec![0; methods.into()];
    stream.read_exact(&mut offered).await?;
    let mut said = String::new();
    if let Manner::Wants(words) = manner {
        if !offered.contains(&2) {
            // No acceptable method.
            seen.lock().expect("no panic").push("no credentials".into());
            return stream.write_all(&[5, 0xff]).await;
        }
        stream.write_all(&[5, 2]).await?;
        stream.read_u8().await?;
        let user = text(&mut stream).await?;
        let password = text(&mut stream).await?;
        said = format!("{user}:{password} ");
        let right = said.trim_end() == words;
        stream.write_all(&[1, u8::from(!right)]).await?;
        if !right {
            seen.lock().expect("no panic").push(said);
            return Ok(());
        }
    } else {
        stream.write_all(&[5, 0]).await?;
    }
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    // 3: by name. This machine is not to look names up that the proxy may know better.
    let host = if request[3] == 3 { text(&mut stream).await? } else { format!("an address, type {}", request[3]) };
    let port = if request[3] == 3 { stream.read_u16().await? } else { 0 };
    seen.lock().expect("no panic").push(format!("{said}{host}:{port}"));
    let answer = if matches!(manner, Manner::Says(_)) { 2 } else { 0 };
    if matches!(manner, Manner::HangsUp) {
        return Ok(());
    }
    stream.write_all(&[5, answer, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    if answer == 0 {
        lead(stream, &manner, server).await;
    }
    Ok(())
}

async fn text(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// RFC 4648, for a header.
pub(crate) fn base64(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits = (0..3).fold(0_u32, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        (0..4)
            .map(|i| if i > chunk.len() { '=' } else { char::from(SIGNS[(bits >> (18 - 6 * i)) as usize & 63]) })
            .collect::<String>()
    };
    text.as_bytes().chunks(3).map(group).collect()
}
