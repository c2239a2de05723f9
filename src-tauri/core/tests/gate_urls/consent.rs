//! Plain http to a private network: taken with the user's consent to that very origin, and with nothing less.

use keystead_core::{
    Code, Field,
    keystead::{CheckBaseUrl, GiveConsent},
    provider::{BaseUrl, Catalog, doctor},
};

use crate::{
    bad,
    bench::Bench,
    gate::{Gate, size},
    good, second_look,
};

fn check(bench: &Bench, text: &str) -> Result<String, Code> {
    let req = CheckBaseUrl { text: text.into(), provider: None, dialect: None };
    bench.keystead.check_base_url(&req).map(|view| view.base_url).map_err(|error| error.code)
}

fn host_of(text: &str) -> String {
    BaseUrl::even_plain(text).expect("of a private network").host()
}

#[test]
fn consent_opens_its_own_origin_and_no_other() {
    let gate = Gate::new("S6", "plain http with consent");
    let bench = Bench::new();
    let lan: Vec<String> =
        bad::all().into_iter().filter(|(_, code)| *code == Code::UrlLanHttp).map(|(text, _)| text).collect();
    assert!(lan.len() >= 15, "{} cases", lan.len());
    let (mut runs, mut failures) = (0, Vec::new());
    let mut expect = |what: String, is: bool| {
        runs += 1;
        if !is {
            failures.push(what);
        }
    };
    for text in &lan {
        let host = host_of(text);
        let origin = BaseUrl::even_plain(text).expect("read before").origin().to_string();
        expect(format!("{text}: not given"), check(&bench, text) == Err(Code::UrlLanHttp));
        for wrong in ["", "yes", "192.168.99.99", text.as_str()] {
            let given = bench.keystead.give_consent(&GiveConsent { base_url: text.clone(), host: wrong.into() });
            let refused = given.err().map(|e| (e.code, e.field));
            expect(format!("{text}: {wrong:?} typed"), refused == Some((Code::ConsentMismatch, Some(Field::Consent))));
        }
        expect(format!("{text}: still not given"), check(&bench, text) == Err(Code::UrlLanHttp));

        let typed = format!(" {} ", host.to_uppercase());
        bench.keystead.give_consent(&GiveConsent { base_url: text.clone(), host: typed }).expect("given");
        expect(format!("{text}: given"), check(&bench, text).is_ok());
        // Another path there is the same place; another port or host is not, nor is what only looks like it.
        expect(format!("{text}: another path"), check(&bench, &format!("{origin}/other/v2")).is_ok());
        for other in [format!("{origin}1"), format!("http://{host}.lan"), "http://10.99.99.99".to_owned()] {
            if let Ok(there) = BaseUrl::even_plain(&other) {
                let same = there.origin().to_string() == origin;
                expect(format!("{text}: {other}"), same || check(&bench, &other).is_err());
            }
        }
        // The strict reading, which knows of no consent, is what it was.
        expect(format!("{text}: strictly"), text.parse::<BaseUrl>().is_err());

        bench.keystead.revoke_consent(&origin).expect("revoked");
        expect(format!("{text}: revoked"), check(&bench, text) == Err(Code::UrlLanHttp));
    }
    gate.done(runs, &failures, "URLs");
}

#[test]
fn consent_opens_nothing_that_is_refused_for_another_reason() {
    let gate = Gate::new("S6", "bad base URLs with consent");
    let bench = Bench::new();
    let (mut runs, mut failures) = (0, Vec::new());
    for (text, code) in bad::all().into_iter().filter(|(_, code)| *code != Code::UrlLanHttp) {
        runs += 1;
        // The doctor completes some of what is no URL: what it makes of it is a matter of its own tests.
        let read = BaseUrl::even_plain(&text).map_err(|error| error.code);
        if read != Err(code) {
            failures.push(format!("{text:?} is read as {read:?}, not refused as {code:?}"));
        }
        let host = text.split("://").nth(1).unwrap_or(&text).split('/').next().unwrap_or_default().to_owned();
        if code == Code::UrlForbiddenHost || code == Code::UrlPlainHttp {
            let given = bench.keystead.give_consent(&GiveConsent { base_url: text.clone(), host });
            if given.is_ok() || check(&bench, &text).is_ok() {
                failures.push(format!("{text:?} was opened by consent"));
            }
        }
    }
    assert!(bench.keystead.consents().expect("listed").is_empty());
    gate.done(runs, &failures, "URLs");
}

/// What may be read as plain http to a private network, by rules of its own.
fn is_private(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    let v4 = |ip: std::net::Ipv4Addr| ip.is_private();
    match bare.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => v4(ip),
        Ok(std::net::IpAddr::V6(ip)) => {
            // Of its own kind, or one that a network takes to an IPv4 address: the last four bytes, or 6to4's.
            let pieces = ip.segments();
            let inside = |at: usize| {
                let (high, low) = (u32::from(pieces[at]), u32::from(pieces[at + 1]));
                v4(std::net::Ipv4Addr::from(high << 16 | low))
            };
            pieces[0] & 0xfe00 == 0xfc00 || inside(6) || pieces[0] == 0x2002 && inside(1)
        }
        Err(_) => {
            let ends = [".local", ".internal", ".lan", ".home.arpa", ".localhost"];
            !bare.contains('.') || ends.iter().any(|end| bare.ends_with(end))
        }
    }
}

#[test]
fn what_is_read_beyond_the_strict_rules_is_private_and_nothing_else() {
    let gate = Gate::new("S6", "random texts, read with consent");
    let runs = size(10_000, 300_000);
    let bad = bad::all();
    let seeds: Vec<&str> = good::CANONICAL
        .iter()
        .copied()
        .chain(bad.iter().filter(|(_, code)| *code == Code::UrlLanHttp).map(|(text, _)| text.as_str()))
        .collect();
    let template = Catalog::builtin().template();
    let (mut beyond, mut failures) = (0, Vec::new());
    for text in crate::fuzz::texts(0x636f_6e73, &seeds).take(runs) {
        let strict = text.parse::<BaseUrl>();
        let plain = BaseUrl::even_plain(&text);
        match (&strict, &plain) {
            (Ok(a), Ok(b)) if a == b && !b.is_unencrypted() => {}
            (Ok(_), _) => failures.push(format!("{text:?} is read in two ways")),
            (Err(e), Ok(url)) => {
                beyond += 1;
                let host = url.url().host_str().unwrap_or_default();
                if e.code != Code::UrlLanHttp || !url.is_unencrypted() || !is_private(host) {
                    failures.push(format!("{text:?} is read as {url}"));
                }
                if BaseUrl::even_plain(url.as_str()).as_ref() != Ok(url) {
                    failures.push(format!("{url} is not read as itself"));
                }
                if let Some(why) = second_look::reads_as_other(&text, url) {
                    failures.push(why);
                }
                if doctor::examine(&text, template).is_ok() {
                    failures.push(format!("the doctor takes {text:?} without consent"));
                }
            }
            (Err(a), Err(b)) if a.code == b.code => {}
            (Err(a), Err(b)) => failures.push(format!("{text:?}: {:?} and {:?}", a.code, b.code)),
        }
    }
    assert!(beyond > runs / 100, "{beyond} of {runs} were read beyond the strict rules");
    gate.done(runs, &failures, "texts");
}
