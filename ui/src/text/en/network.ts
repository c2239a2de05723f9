/** How providers are reached. */
export const network = {
  title: 'How providers are reached',
  foot: 'Servers on this machine are always reached directly. A provider’s page can choose otherwise for itself.',
  proxy: 'Proxy',
  asSystem: 'As the system',
  asAll: 'As for all providers',
  none: 'None',
  url: 'This one:',
  address: 'Address of the proxy',
  certificates: 'Certificates',
  certificatesExample: '/path/to/company-ca.pem',
  timeout: 'Timeout',
  seconds: 'seconds',
  more: 'Certificates and timeout',
  direct: {
    provider: 'Requests go directly.',
    all: 'Requests go directly, as chosen in Settings.',
    system: 'Requests go directly: the system names no proxy.',
    this_machine: 'It runs on this machine and is reached directly, whatever is chosen.',
    plain_http: 'Plain http goes directly, whatever is chosen: a proxy could read the key.',
  },
  through: {
    provider: 'Requests go through {host}.',
    all: 'Requests go through {host}, as chosen in Settings.',
    system: 'Requests go through {host}, the system’s proxy.',
  },
  trust: {
    system: 'A PEM file of authorities to trust besides the system’s.',
    provider: {
      one: '{count} authority in it is trusted besides the system’s.',
      other: '{count} authorities in it are trusted besides the system’s.',
    },
    all: {
      one: '{count} authority is trusted besides the system’s, as chosen in Settings.',
      other: '{count} authorities are trusted besides the system’s, as chosen in Settings.',
    },
  },
  within: { own: 'For a whole test: 1 to 300.', all: 'For a whole test: 1 to 300. Chosen in Settings.' },
} as const;
