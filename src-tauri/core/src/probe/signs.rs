//! What providers say the same way, whichever they are and at whatever status: their codes and their words.

use super::answer::Said;

/// Codes and words, in lower case. A code is compared whole; `*` stands for any beginning.
pub(super) struct Signs {
    codes: &'static [&'static str],
    words: &'static [&'static str],
}

/// The account cannot pay, at whatever status.
pub(super) const CREDIT: Signs = Signs {
    codes: &[
        "insufficient_quota",
        "credit_balance_exhausted",
        "*_spend_limit_exceeded",
        "*_usage_limit_exceeded",
        "1113",
        "1008",
        "arrearage",
        "creditserror",
        "billing_error",
        "payment_required",
        "blocked_api_access",
        "exceeded_current_quota_error",
        "*allocationquota.freetieronly",
        "allocationquota",
    ],
    words: &[
        "credit balance is too low",
        "insufficient credit",
        "insufficient balance",
        "credits expired",
        "dunning",
        "maximum billing reached",
        "have any credits",
    ],
};
/// One of two things, and nobody says which: the larger of both.
pub(super) const EXPIRED_OR_INVALID: Signs = Signs {
    codes: &[],
    words: &["expired or incorrect", "expired or invalid", "invalid or expired", "invalid or has expired"],
};
/// The key has had its day.
pub(super) const EXPIRED: Signs = Signs {
    codes: &["expired_key", "expiredtoken", "expiredtokenexception", "token_expired", "api_key_expired"],
    words: &["key has expired", "key expired", "token has expired", "token expired", "key is expired", "aadsts7000222"],
};
/// The provider or its owner has switched it off.
pub(super) const DISABLED: Signs = Signs {
    codes: &["api_key_disabled", "account_deactivated", "api_key_blocked", "key_disabled"],
    words: &[
        "reported as leaked",
        "key has been disabled",
        "key is disabled",
        "key has been revoked",
        "been deactivated",
    ],
};
/// It may not do this; that much it has proved.
pub(super) const SCOPE: Signs = Signs {
    codes: &[
        "missing_permissions",
        "permission_error",
        "accessdenied",
        "accessdeniedexception",
        "service_disabled",
        "*_blocked",
    ],
    words: &["missing scopes", "sufficient permissions", "insufficient permissions", "missing permission"],
};
/// Not from here.
pub(super) const REGION: Signs = Signs {
    codes: &["unsupported_country_region_territory", "ip_not_authorized"],
    words: &["location is not supported", "ip not authorized", "country, region, or territory not supported"],
};
/// Nobody knows this key, though the status may be another than 401.
pub(super) const INVALID: Signs = Signs {
    codes: &[
        "api_key_invalid",
        "invalid_api_key",
        "unrecognizedclientexception",
        "invalidclienttokenid",
        "invalid_grant",
        "authentication_error",
    ],
    words: &[
        "api key not valid",
        "api key is invalid",
        "incorrect api key",
        "invalid api key",
        "invalid api-key",
        "invalid api token",
        "invalid access token",
        "invalid credentials",
        "bad credentials",
        "aadsts7000215",
    ],
};

impl Signs {
    /// Whether one of them is there. `words` are all that was said, in lower case.
    pub(super) fn in_(&self, said: &Said, words: &str) -> bool {
        let coded = said.codes.iter().map(|code| code.to_lowercase()).any(|code| {
            self.codes.iter().any(|sign| sign.strip_prefix('*').map_or(code == *sign, |end| code.ends_with(end)))
        });
        coded || self.words.iter().any(|sign| words.contains(sign))
    }
}
