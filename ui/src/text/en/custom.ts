import type { Dialect } from '../../ipc/types.ts';

/** The protocols a provider of one's own can speak, as their vendors call them. */
export const dialect = {
  openai: 'OpenAI chat completions',
  openai_responses: 'OpenAI responses',
  anthropic: 'Anthropic messages',
  gemini: 'Gemini',
  ollama: 'Ollama',
} as const satisfies Record<Exclude<Dialect, 'other'>, string>;

/** How a provider is asked, beside its base URL. */
export const custom = {
  dialect: 'Speaks',
  urls: 'Also speaks',
  urlOf: 'Base URL for {dialect}',
  addUrl: 'Add another dialect…',
  removeUrl: 'Remove the base URL for {dialect}',
  testUrl: 'Test {dialect}',
  testedWith: 'Tested with {name}.',
  otherHost: 'Keys entered before this stay with their host. Enter one again to use it here.',
  headers: 'Headers',
  headersHelp: 'Sent with every request.',
  headerName: 'Header name',
  headerValue: 'Header value',
  addHeader: 'Add header',
  editHeader: 'Edit {name}',
  removeHeader: 'Remove {name}',
  keepSecret: 'Keep secret',
  secretHelp: 'Kept where your keys are, and sent to {host} only. Shown as a mask from now on.',
  plainHelp: 'Kept and shown as it is.',
  again: 'Type it again to change {name}.',
  missing: 'Its value is not where it was kept.',
  bound: 'Entered for {host}. It is not sent anywhere else.',
  removeTitle: 'Remove the header {name}?',
  removeSay: 'Its secret value is deleted and cannot come back.',
  removeButton: 'Remove header',
  configuration: 'Configuration',
  settingName: 'Name in row {line}',
  settingValue: 'Value in row {line}',
  settingExample: 'A text, or env.NAME',
  addSetting: 'Add value',
  removeSetting: 'Remove row {line}',
  models: 'Models by hand',
  modelsHelp: 'One a line. For servers that list none.',
  line: 'Line {line}: {what}',
  row: 'Row {line}: {what}',
} as const;
