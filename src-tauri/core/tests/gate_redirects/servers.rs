//! The server a key belongs to, and the one that must never hear of it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use crate::support::raw;

/// Notes every request and gives the same answer to each.
pub(crate) struct First {
    address: SocketAddr,
    scheme: &'static str,
    answer: Arc<Mutex<String>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl First {
    /// Over TLS, where an acceptor is given.
    pub(crate) async fn start(tls: Option<&TlsAcceptor>) -> Self {
        let (answer, requests) = (Arc::new(Mutex::new(String::new())), Arc::new(Mutex::new(Vec::new())));
        let (acceptor, told, seen) = (tls.cloned(), answer.clone(), requests.clone());
        let address = raw(move |stream| {
            let (acceptor, told, seen) = (acceptor.clone(), told.clone(), seen.clone());
            async move {
                match acceptor {
                    None => serve(stream, &told, &seen).await,
                    Some(acceptor) => {
                        if let Ok(tls) = acceptor.accept(stream).await {
                            serve(tls, &told, &seen).await;
                        }
                    }
                }
            }
        })
        .await;
        Self { address, scheme: if tls.is_some() { "https" } else { "http" }, answer, requests }
    }

    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// From now on.
    pub(crate) fn answer(&self, text: String) {
        *self.answer.lock().expect("no panic") = text;
    }

    /// The heads of the requests since this was last asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().expect("no panic"))
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &Mutex<String>, seen: &Mutex<Vec<String>>) {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
    if head.is_empty() {
        // The client only looked whether somebody is here.
        return;
    }
    seen.lock().expect("no panic").push(String::from_utf8_lossy(&head).into_owned());
    let text = answer.lock().expect("no panic").clone();
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// On every loopback address a redirect may name, at one port: counts who comes, and keeps what they say.
pub(crate) struct Second {
    pub(crate) port: u16,
    seen: Arc<Mutex<(usize, Vec<u8>)>>,
}

impl Second {
    pub(crate) async fn start() -> Self {
        let seen = Arc::new(Mutex::new((0, Vec::new())));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        // `localhost` may be either; 127.0.0.2 is this machine on Linux.
        for host in ["127.0.0.2", "::1"] {
            if let Ok(more) = TcpListener::bind((host, port)).await {
                tokio::spawn(listen(more, seen.clone()));
            }
        }
        tokio::spawn(listen(listener, seen.clone()));
        Self { port, seen }
    }

    /// Connections and bytes so far.
    pub(crate) fn seen(&self) -> (usize, Vec<u8>) {
        self.seen.lock().expect("no panic").clone()
    }
}

async fn listen(listener: TcpListener, seen: Arc<Mutex<(usize, Vec<u8>)>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        seen.lock().expect("no panic").0 += 1;
        let seen = seen.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            let patience = Duration::from_secs(2);
            while let Ok(Ok(read)) = tokio::time::timeout(patience, stream.read(&mut buffer)).await {
                if read == 0 {
                    break;
                }
                seen.lock().expect("no panic").1.extend_from_slice(&buffer[..read]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
            }
        });
    }
}
