//! What keys look like: advice on whose a key is. It never names a vendor that cannot be told from another.

use std::collections::BTreeSet;

use keystead_core::{
    Secret,
    provider::{Catalog, KeyShape, Provider},
    secret,
};

fn key(text: &str) -> Secret {
    secret::clean(&text.as_bytes().to_vec().into()).expect("a key").0
}

fn get(id: &str) -> &'static Provider {
    Catalog::builtin().get(&id.parse().expect("an id")).unwrap_or_else(|| panic!("no {id}"))
}

fn fits(text: &str) -> Vec<String> {
    Catalog::builtin().fits(&key(text)).iter().map(ToString::to_string).collect()
}

const BODY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";

#[test]
fn recognises_keys_by_their_longest_prefix() {
    let hex = "0123456789abcdef".repeat(4);
    for (text, id) in [
        (format!("sk-ant-api03-{BODY}"), "anthropic"),
        (format!("sk-ant-new99-{BODY}"), "anthropic"),
        (format!("sk-or-v1-{hex}"), "openrouter"),
        (format!("sk-proj-{BODY}"), "openai"),
        (format!("sk-svcacct-{BODY}"), "openai"),
        (format!("sk-{}T3BlbkFJ{}", &BODY[..20], &BODY[..20]), "openai"),
        (format!("sk-api-{BODY}"), "minimax"),
        (format!("sk-cp-{BODY}"), "minimax"),
        (format!("gsk_{BODY}"), "groq"),
        (format!("AIza{BODY}"), "google"),
        (format!("AQ.{BODY}"), "google"),
        (format!("xai-{BODY}"), "xai"),
        (format!("pplx-{BODY}"), "perplexity"),
        (format!("hf_{BODY}"), "huggingface"),
        (format!("api_org_{BODY}"), "huggingface"),
        (format!("r8_{BODY}"), "replicate"),
        (format!("csk-{}", &hex[..48]), "cerebras"),
        (format!("nvapi-{BODY}"), "nvidia"),
        (format!("fw_{BODY}"), "fireworks-ai"),
        (format!("jina_{BODY}"), "jina"),
        (format!("pa-{BODY}{BODY}"), "voyage"),
        (format!("cpk_{BODY}"), "chutes"),
        (format!("vck_{BODY}"), "vercel"),
        ("ms-01234567-89ab-cdef-0123-456789abcdef".into(), "modelscope"),
        (format!("tgp_v1_{BODY}"), "togetherai"),
        (format!("github_pat_{BODY}"), "github-models"),
        (format!("ghp_{BODY}"), "github-models"),
        (format!("ABSK{BODY}"), "amazon-bedrock"),
        (format!("bedrock-api-key-{BODY}"), "amazon-bedrock"),
        (format!("dapi{}", &hex[..32]), "databricks"),
        (format!("flp_{BODY}"), "friendli"),
        (format!("llmgtwy_{BODY}"), "llmgateway"),
        (format!("{}.AbCdEfGh01234567", &hex[..32]), "zai"),
    ] {
        assert_eq!(fits(&text), [id], "{text}");
    }
}

#[test]
fn asks_when_a_key_may_be_several_vendors() {
    let hex = "0123456789abcdef0123456789abcdef0123456789abcdef";
    for (text, first, among) in [
        // 32 hexadecimal digits after `sk-`: DeepSeek and Alibaba write them alike.
        (format!("sk-{}", &hex[..32]), "alibaba", vec!["deepseek", "openai", "litellm"]),
        (format!("sk-{}", &"zyxwvutsrqponmlkjihgfedcba".repeat(2)[..32]), "deepseek", vec!["openai"]),
        (format!("sk-{hex}"), "moonshotai", vec!["openai", "opencode"]),
        (format!("sk-{}", &"abcdefghijklmnopqrstuvwxyz".repeat(2)[..48]), "moonshotai", vec!["siliconflow", "openai"]),
        (format!("sk_{hex}"), "elevenlabs", vec!["novita-ai"]),
    ] {
        let found = fits(&text);
        assert_eq!(found.first().map(String::as_str), Some(first), "{text}: {found:?}");
        for id in among {
            assert!(found.iter().any(|f| f == id), "{id} is not among {found:?}");
        }
    }
}

#[test]
fn says_nothing_about_keys_that_look_like_nobody_s() {
    for text in [
        // Azure's, AssemblyAI's and ElevenLabs's older ones are alike; so are Cohere's, Deepgram's and Cloudflare's.
        "0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef01234567",
        "01234567-89ab-cdef-0123-456789abcdef",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.AbCdEfGh",
        // An Alibaba Cloud access key is none of Model Studio's.
        "LTAI5tAbCdEfGhIjKlMnOpQr",
        "AKIAIOSFODNN7EXAMPLE",
        // One candidate by a prefix that others have too is no recognition.
        "sk_AbCdEfGhIjKlMnOpQrStUvWxYz",
        "sk-kimi-AbCdEfGhIjKlMnOpQrStUvWxYz",
        "sk-sp-0123456789abcdef",
    ] {
        assert_eq!(fits(text), [""; 0], "{text}");
    }
}

/// A key made after a shape, with nothing in it that another shape could want.
fn sample(shape: &KeyShape) -> String {
    let fill = match shape.pattern.as_deref() {
        Some(p) if p.contains(r"\.") => return format!("{}.AbCdEfGh01234567", "0123456789abcdef".repeat(2)),
        Some(p) if p.contains("[0-9a-f-]{36}") => "01234567-89ab-cdef-0123-456789abcdef".into(),
        Some(p) if p.contains("[a-z]{48}") => "abcdefghijklmnopqrstuvwxyz".repeat(2)[..48].to_owned(),
        Some(p) if p.contains("{32}") => "0123456789abcdef".repeat(2),
        Some(p) if p.contains("{48}") => "0123456789abcdef".repeat(3),
        _ => format!("{}{}", BODY.repeat(2), shape.contains.as_deref().unwrap_or_default()),
    };
    format!("{}{fill}", shape.prefix)
}

#[test]
fn no_shape_claims_a_key_of_another_vendor() {
    let all: Vec<&Provider> = Catalog::builtin().iter().collect();
    let mut seen = 0;
    for owner in &all {
        for shape in &owner.key {
            let text = sample(shape);
            let secret = key(&text);
            assert!(owner.shape_of(&secret).is_some(), "{}: {text} is not a key of its shape {shape:?}", owner.id);
            let found = Catalog::builtin().fits(&secret);
            if shape.shared {
                assert_ne!(found.len(), 1, "{}: {text} is claimed by {found:?} alone", owner.id);
            } else {
                assert!(found.iter().all(|id| *id == owner.id), "{}: {text} is claimed by {found:?}", owner.id);
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen} shapes");
}

#[test]
fn a_prefix_of_two_vendors_is_marked_as_shared_by_both() {
    let all: Vec<&Provider> = Catalog::builtin().iter().collect();
    let of = |prefix: &str| -> BTreeSet<&str> {
        let whose = all.iter().filter(|p| p.key.iter().any(|s| s.prefix == prefix && s.contains.is_none()));
        whose.map(|p| p.id.as_str()).collect()
    };
    for p in &all {
        for shape in p.key.iter().filter(|s| !s.prefix.is_empty() && s.contains.is_none()) {
            assert!(of(&shape.prefix).len() == 1 || shape.shared, "{}: {} is not its own", p.id, shape.prefix);
        }
    }
}

#[test]
fn shows_only_prefixes_that_are_published() {
    let prefix = |text: &str| Catalog::builtin().public_prefix(&key(text)).to_owned();
    assert_eq!(prefix("sk-ant-api03-0123456789abcdef0123"), "sk-ant-api03-");
    assert_eq!(prefix("sk-ant-zzz03-0123456789abcdef0123"), "sk-ant-");
    assert_eq!(prefix("sk-0123456789abcdef0123456789abcdef"), "sk-");
    assert_eq!(prefix("0123456789abcdef0123456789abcdef"), "");
}

#[test]
fn knows_management_keys() {
    let management = |id: &str, text: &str| get(id).shape_of(&key(text)).is_some_and(|shape| shape.management);
    assert!(management("openai", "sk-admin-0123456789abcdefT3BlbkFJ0123456789"));
    assert!(management("anthropic", "sk-ant-admin01-0123456789abcdef0123456789"));
    assert!(!management("openai", "sk-proj-0123456789abcdefT3BlbkFJ0123456789"));
    assert!(!management("anthropic", "sk-ant-api03-0123456789abcdef0123456789"));
}
