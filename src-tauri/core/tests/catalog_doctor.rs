//! The base-URL doctor: what people paste, and what becomes of it.

#[path = "probe/support.rs"]
mod support;

use keystead_core::{
    Code,
    provider::{Catalog, Provider, doctor::examine},
};
use support::{builtin, custom};

/// Base URL, what was removed, what was added.
fn diagnosed(text: &str, provider: &Provider) -> (String, Option<String>, Option<String>) {
    let found = examine(text, provider).unwrap_or_else(|e| panic!("{text}: {e}"));
    (found.base_url.to_string(), found.removed, found.added)
}

#[test]
fn makes_the_base_url_people_meant() {
    for (id, text, base, removed, added) in [
        ("openai", "https://api.openai.com/v1", "https://api.openai.com/v1", None, None),
        ("openai", " https://api.openai.com/v1/ ", "https://api.openai.com/v1", None, None),
        (
            "openai",
            "https://api.openai.com/v1/chat/completions",
            "https://api.openai.com/v1",
            Some("/chat/completions"),
            None,
        ),
        ("openai", "https://api.openai.com/v1/models/", "https://api.openai.com/v1", Some("/models"), None),
        ("openai", "https://api.openai.com", "https://api.openai.com/v1", None, Some("/v1")),
        ("openai", "https://api.openai.com/v1/v1", "https://api.openai.com/v1", Some("/v1"), None),
        ("openai", "https://api.openai.com/v1/v1/models", "https://api.openai.com/v1", Some("/v1/models"), None),
        ("openai", "api.openai.com/v1", "https://api.openai.com/v1", None, Some("https://")),
        ("openai", "api.openai.com", "https://api.openai.com/v1", None, Some("https:// … /v1")),
        ("openai", "https://gateway.example", "https://gateway.example", None, None),
        (
            "openai",
            "https://gateway.example/openai/v1/responses",
            "https://gateway.example/openai/v1",
            Some("/responses"),
            None,
        ),
        ("openai", "localhost:4000/v1", "http://localhost:4000/v1", None, Some("http://")),
        ("anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com", Some("/v1/messages"), None),
        ("anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com", Some("/v1"), None),
        ("groq", "https://api.groq.com", "https://api.groq.com/openai/v1", None, Some("/openai/v1")),
        ("groq", "https://api.groq.com/openai", "https://api.groq.com/openai/v1", None, Some("/v1")),
        (
            "openrouter",
            "https://openrouter.ai/api/v1/chat/completions",
            "https://openrouter.ai/api/v1",
            Some("/chat/completions"),
            None,
        ),
        (
            "google",
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "https://generativelanguage.googleapis.com",
            Some("/v1beta/openai"),
            None,
        ),
        ("deepseek", "https://api.deepseek.com/v1", "https://api.deepseek.com/v1", None, None),
        ("moonshotai", "https://api.moonshot.cn", "https://api.moonshot.cn/v1", None, Some("/v1")),
        (
            "zai",
            "https://open.bigmodel.cn/api/paas/v4/chat/completions",
            "https://open.bigmodel.cn/api/paas/v4",
            Some("/chat/completions"),
            None,
        ),
        ("zai", "https://api.z.ai", "https://api.z.ai/api/paas/v4", None, Some("/api/paas/v4")),
        (
            "alibaba",
            "dashscope-us.aliyuncs.com",
            "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
            None,
            Some("https:// … /compatible-mode/v1"),
        ),
        (
            "fireworks-ai",
            "https://api.fireworks.ai/inference/v1/chat/completions",
            "https://api.fireworks.ai/inference/v1",
            Some("/chat/completions"),
            None,
        ),
        (
            "cohere",
            "https://api.cohere.com/compatibility/v1",
            "https://api.cohere.com",
            Some("/compatibility/v1"),
            None,
        ),
        ("ollama", "http://localhost:11434/v1", "http://localhost:11434", Some("/v1"), None),
        ("ollama", "http://localhost:11434/api/chat", "http://localhost:11434", Some("/api/chat"), None),
        ("ollama", "0.0.0.0:11434", "http://127.0.0.1:11434", None, Some("http://")),
        ("ollama", "https://10.0.0.0:11434", "https://10.0.0.0:11434", None, None),
        ("ollama", "http://0.0.0.0:11434/api", "http://127.0.0.1:11434", Some("/api"), None),
        ("ollama", "[::1]:11434", "http://[::1]:11434", None, Some("http://")),
        ("ollama", "https://ollama.corp.example", "https://ollama.corp.example", None, None),
    ] {
        let wanted = (base.to_owned(), removed.map(str::to_owned), added.map(str::to_owned));
        assert_eq!(diagnosed(text, builtin(id)), wanted, "{id}: {text}");
    }
}

#[test]
fn leaves_a_custom_endpoint_s_path_alone() {
    let box_ = custom("http://localhost:8000/v1");
    for (text, base, removed, added) in [
        ("http://localhost:8000", "http://localhost:8000", None, None),
        ("llm.example/api", "https://llm.example/api", None, Some("https://")),
        ("https://llm.example/my-models", "https://llm.example/my-models", None, None),
        ("https://llm.example/v2/v2", "https://llm.example/v2", Some("/v2"), None),
        ("https://llm.example/v1/chat/completions", "https://llm.example/v1", Some("/chat/completions"), None),
        ("127.0.0.1:1234/v1", "http://127.0.0.1:1234/v1", None, Some("http://")),
    ] {
        let wanted = (base.to_owned(), removed.map(str::to_owned), added.map(str::to_owned));
        assert_eq!(diagnosed(text, &box_), wanted, "{text}");
        assert_eq!(diagnosed(text, Catalog::builtin().template()), wanted, "{text}");
    }
}

#[test]
fn what_it_makes_it_leaves_alone_the_second_time() {
    for provider in Catalog::builtin().iter() {
        for text in [provider.base_url.to_string(), provider.test_url().to_string()] {
            let text = text.split('?').next().expect("a part").to_owned();
            let first = examine(&text, provider).expect("a URL").base_url;
            let again = examine(first.as_str(), provider).expect("a URL");
            assert_eq!((again.base_url, again.removed, again.added), (first.clone(), None, None), "{text}");
        }
        let home = examine(provider.base_url.as_str(), provider).expect("a URL").base_url;
        assert_eq!(home, provider.base_url, "{}", provider.id);
    }
}

#[test]
fn refuses_what_is_no_place_for_a_key() {
    for (text, code) in [
        ("", Code::UrlInvalid),
        ("not a url", Code::UrlInvalid),
        ("ftp://api.openai.com", Code::UrlScheme),
        ("file:/etc/passwd", Code::UrlScheme),
        ("http://api.openai.com/v1", Code::UrlPlainHttp),
        ("https://user:pass@api.openai.com", Code::UrlCredentials),
        ("https://api.openai.com/v1?key=1", Code::UrlQuery),
        ("169.254.169.254", Code::UrlForbiddenHost),
        ("0.0.0.0:11434", Code::UrlForbiddenHost),
        ("http://192.168.1.5:11434", Code::UrlLanHttp),
    ] {
        assert_eq!(examine(text, builtin("openai")).expect_err(text).code, code, "{text}");
    }
}

#[test]
fn a_whole_request_s_address_and_a_server_s_own_are_understood() {
    for (id, text, base, removed, added) in [
        (
            "openai",
            "https://api.openai.com/v1/chat/completions?stream=true",
            "https://api.openai.com/v1",
            Some("/chat/completions?stream=true"),
            None,
        ),
        (
            "azure",
            "https://acme.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21",
            "https://acme.openai.azure.com",
            Some("/openai/deployments/mine/chat/completions?api-version=2024-10-21"),
            None,
        ),
        ("vllm", "http://127.0.0.1:8765", "http://127.0.0.1:8765/v1", None, Some("/v1")),
        ("vllm", "http://127.0.0.1:8765/proxy", "http://127.0.0.1:8765/proxy", None, None),
    ] {
        let found = diagnosed(text, builtin(id));
        assert_eq!(found, (base.to_owned(), removed.map(str::to_owned), added.map(str::to_owned)), "{id} {text}");
    }
    // What is cut off is shown: nothing that may be a key is.
    for query in [
        "api_key=x",
        "q=sk-proj-abcdefghijkl0123",
        "x=AIzaSyA0123456789abcdefghijklmnopqrstuv",
        "AIzaSyA0123456789abcdefghijklmnopqrstuv",
        "sk-proj-abcdefghijkl0123",
    ] {
        let error = examine(&format!("https://api.openai.com/v1?{query}"), builtin("openai")).expect_err("refused");
        assert!(error.code == Code::UrlQuery && !error.message.contains("sk-proj"), "{query}");
    }
}
