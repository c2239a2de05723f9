import type { Cause, Outcome, Stage } from '../../ipc/types.ts';

/** The word of a badge, for one key. */
export const outcome = {
  connected: 'Connected',
  reachable_unverified: 'Reachable, unverified',
  invalid_key: 'Key rejected',
  expired: 'Key expired',
  disabled: 'Key disabled',
  no_credit: 'Out of credit',
  rate_limited: 'Rate limited',
  restricted: 'Restricted key',
  region_blocked: 'Blocked in this region',
  model_unavailable: 'Model not available',
  wrong_base_url: 'Wrong base URL',
  unreachable: 'Can’t reach host',
  provider_down: 'Provider is down',
  vault_unavailable: 'Keychain unavailable',
  not_configured: 'Not set up',
} as const satisfies Record<Outcome, string>;

/** The same for some of a provider's keys. */
export const outcomeOf = {
  connected: '{count} of {total} connected',
  reachable_unverified: '{count} of {total} unverified',
  invalid_key: '{count} of {total} rejected',
  expired: '{count} of {total} expired',
  disabled: '{count} of {total} disabled',
  no_credit: '{count} of {total} out of credit',
  rate_limited: '{count} of {total} rate limited',
  restricted: '{count} of {total} restricted',
  region_blocked: '{count} of {total} blocked here',
  model_unavailable: '{count} of {total} without model',
  wrong_base_url: '{count} of {total} wrong URL',
  unreachable: '{count} of {total} unreachable',
  provider_down: '{count} of {total} unanswered',
  vault_unavailable: '{count} of {total} unreadable',
  not_configured: '{count} of {total} not set up',
} as const satisfies Record<Outcome, string>;

/** What happened. */
export const what = {
  connected: '{provider} accepted this key.',
  reachable_unverified: 'Only a paid call would prove this key.',
  invalid_key: '{provider} does not know this key.',
  expired: 'This key has expired.',
  disabled: '{provider} has disabled this key or its account.',
  no_credit: 'The account has no credit. The key itself is good.',
  rate_limited: 'Too many requests just now. The key itself is good.',
  restricted: 'This key may not do this. The key itself is good.',
  region_blocked: '{provider} does not serve this country or address.',
  model_unavailable: 'The model is not there. The key itself is good.',
  wrong_base_url: '{host} answers, but not at this path.',
  unreachable: '{host} did not answer.',
  provider_down: '{provider} answers with a fault of its own.',
  vault_unavailable: 'The key could not be read from where it is kept.',
  not_configured: 'Something this provider needs is missing.',
} as const satisfies Record<Outcome, string>;

/** What to do about it. */
export const todo = {
  connected: 'Nothing to do.',
  reachable_unverified: 'The host and the path are right. Use the key to find out about the rest.',
  invalid_key: 'Check that it was copied whole, or create a new one.',
  expired: 'Create a new key at the provider, then replace this one.',
  disabled: 'Look at the account on the provider’s site, or use another key.',
  no_credit: 'Add credit at the provider, then test again.',
  rate_limited: 'Wait a moment, then test again.',
  restricted: 'Give the key more rights at the provider, or use it only for what it may do.',
  region_blocked: 'Use another network or another provider.',
  model_unavailable: 'Choose another model, or ask the provider for access.',
  wrong_base_url: 'Compare the base URL with the provider’s documentation.',
  unreachable: 'Check the network, your VPN or proxy, then test again.',
  provider_down: 'Nothing is wrong on this side. Test again later.',
  vault_unavailable: 'Look into Settings, Storage, then test again.',
  not_configured: 'Fill in what is missing, then test again.',
} as const satisfies Record<Outcome, string>;

/** What exactly happened, where the outcome leaves it open. */
export const causeWhat = {
  dns: 'No such host: {host} has no address.',
  refused: '{host} refused the connection.',
  timeout: '{host} took too long to answer.',
  certificate: 'The certificate of {host} is not valid.',
  proxy: 'The proxy refused, failed or could not be reached.',
  proxy_auth: 'The proxy asks for a user name and a password.',
  proxy_auth_refused: 'The proxy refused the user name and the password it was sent.',
  proxy_login: 'The user name and the password for the proxy could not be read from where they are kept.',
  ca_file: 'The file of certificates to trust cannot be used, so nothing was sent.',
  redirect: '{host} wants to send the request elsewhere. A key is never sent after a redirect.',
  html: 'A web page came back where an API should answer.',
  shape: 'The answer is not the one this API gives.',
  too_large: 'The answer was larger than 1 MiB.',
  broken: 'The answer broke off in the middle.',
  private_address: '{host} is a public name that leads to a private address.',
  public_address: '{host} leads out of your network, where the key would travel unencrypted.',
  no_consent: 'The key would travel unencrypted to {host}, which is not allowed. Nothing was sent.',
  origin: 'This key was entered for another host and was not sent.',
  any_key_accepted: '{host} accepts any key, so this one cannot be proved.',
  undocumented: '{host} refused the request. Whether for the key, its documentation does not say.',
  no_key: 'There is no key to test.',
  management_key: 'This is a management key. It cannot be used to ask models.',
  vault_locked: 'Your keys are locked, so this one could not be read.',
  variable_unset: 'The environment variable {variable} is not set.',
  variable_unusable: 'There is no key in the environment variable {variable}.',
  secret_missing: 'Its secret is not where it was kept.',
  vault_failed: 'The place where it is kept could not be used.',
} as const satisfies Record<Cause, string>;

export const causeTodo = {
  dns: 'Check the spelling of the base URL, and the network.',
  refused: 'Check that the server runs and the port is right.',
  timeout: 'Check your VPN or proxy.',
  certificate: 'Check the clock of this computer, and whether something inspects its traffic.',
  proxy: 'Check which proxy is chosen, here or in Settings, Network, and whether it lets this host through.',
  proxy_auth: 'Enter them under Proxy, here or in Settings, Network. The system’s proxy has them in its address.',
  proxy_auth_refused: 'Enter them again under Proxy, here or in Settings, Network.',
  proxy_login: 'Look into Settings, Storage, or enter them again under Proxy.',
  ca_file: 'Put it back, or choose another under Certificates, here or in Settings, Network.',
  redirect: 'Use the address it points to as base URL, if you trust it.',
  html: 'The base URL points to a site. Use its API address.',
  shape: 'Check that the base URL belongs to this kind of API.',
  too_large: 'Check that the base URL points to an API.',
  broken: 'Test again. If it stays, check your proxy.',
  private_address: 'If it is meant to be local, use its local name as base URL.',
  public_address: 'Use https, or the local address of the server as base URL.',
  no_consent: 'Allow it under Connection, or use https.',
  origin: 'Enter a key for this host, or set the base URL back.',
  any_key_accepted: 'The host and the path are right.',
  undocumented: 'Check the key on the provider’s site, or use it to find out.',
  no_key: 'Add a key, then test again.',
  management_key: 'Create an ordinary key at the provider.',
  vault_locked: 'Unlock them, then test again.',
  variable_unset: 'Set it where Keystead is started from, start it again, then test again.',
  variable_unusable: 'Look at what it is set to, then start Keystead again.',
  secret_missing: 'Enter it again to use it.',
  vault_failed: 'Look into Settings, Storage.',
} as const satisfies Record<Cause, string>;

/** On a card there is room for one line: what happened, or what to do, whichever helps more. */
export const causeLine = {
  dns: 'This host has no address. Check the spelling.',
  refused: 'Connection refused. Is it running?',
  timeout: 'Timed out. Check your VPN or proxy.',
  certificate: 'Its certificate is not valid.',
  proxy: 'The proxy refused or failed.',
  proxy_auth: 'The proxy wants a password.',
  proxy_auth_refused: 'The proxy refused its password.',
  proxy_login: 'The proxy’s password cannot be read.',
  ca_file: 'The certificate file cannot be used.',
  redirect: 'It redirects; the key was not sent on.',
  html: 'A web page answers, not an API.',
  shape: 'Another kind of API answers.',
  too_large: 'The answer was too large.',
  broken: 'The answer broke off.',
  private_address: 'A public name with a private address.',
  public_address: 'A local name with a public address.',
  no_consent: 'Unencrypted, and not allowed.',
  origin: 'Entered for another host, not sent.',
  any_key_accepted: 'Accepts any key, so none can be proved.',
  undocumented: 'Refused; whether for the key is not known.',
  no_key: 'There is no key to test.',
  management_key: 'A management key cannot ask models.',
  vault_locked: 'Unlock your keys to test.',
  variable_unset: '{variable} is not set.',
  variable_unusable: 'There is no key in {variable}.',
  secret_missing: 'Its secret is not where it was kept.',
  vault_failed: 'Storage could not be used.',
} as const satisfies Record<Cause, string>;

export const stage = {
  name: 'Name',
  connection: 'Connection',
  tls: 'TLS',
  route: 'Route',
  key: 'Key',
  account: 'Account',
} as const satisfies Record<Stage, string>;

/** What each stage asks, shown before a test. */
export const stageAsks = {
  name: 'the host resolves',
  connection: 'something answers',
  tls: 'the certificate is right',
  route: 'the path exists',
  key: 'the key is accepted',
  account: 'credit and limits',
} as const satisfies Record<Stage, string>;

/** A request that may cost money, before it is agreed to. */
export const paid = {
  menu: 'Paid test…',
  title: 'Ask for one token with “{name}”?',
  says: 'One short request to {host}, answered with one token. It proves the key where nothing free does.',
  model: 'Model',
  atMost: 'Costs about {cost} at the price last known.',
  unknown: 'May cost money: the price list of {provider} tells.',
  ask: 'Ask for one token',
  mark: 'paid test, {model}',
} as const;

/** Tests that come by themselves. */
export const retest = {
  title: 'Test keys again',
  help: 'Only while Keystead is open and storage is unlocked. A few keys a minute, one at a time per host, never a paid test.',
  off: 'Only when I ask',
  every6: 'Every 6 hours',
  every24: 'Every day',
  every168: 'Every week',
  mark: 'by schedule',
} as const;
