// Ways in without a key, on the page Server.

export const waysTexts = {
  title: 'Ways in without a key',
  none: 'Every program sends a key of its own. For one that cannot, open a way in: it then counts as a key that you choose.',
  add: 'Open a way in',
  kinds: {
    address_rule: 'Address rule',
    second_port: 'Second port',
    path_token: 'Path token',
  },
  about: {
    address_rule: 'A device of your network counts as a key, by its address.',
    second_port: 'Programs that reach another port count as a key.',
    path_token: 'A secret in the address stands for a key.',
  },
  as: (key: string) => `as ${key}`,
  port: (port: number) => `Port ${port}`,
  ends: (when: string) => `ends ${when}`,
  open: 'open',
  shut: 'lets nobody in',
  close: 'Close',
  closeThis: (name: string) => `Close ${name}`,
  closeAsk: (name: string) =>
    `Programs that come in by ${name} are refused from now on, and what they run ends at once.`,
  form: {
    key: 'Counts as the key',
    keyHint: 'With its limits and rights, but never to manage models or to use a cloud.',
    noKeys: 'There is no key yet that it could count as. Make one first.',
    address: 'Address',
    addressHint: 'Of one device, such as 192.168.1.20, or a block up to /24 (IPv6: /64) of your own network.',
    addressPlaceholder: '192.168.1.20',
    addressWarning:
      'Whoever takes this address comes in. Anybody in your network can, so choose a key that may do little.',
    port: 'Port',
    portHint: 'Another one than that of the server.',
    hosts: 'Addresses to listen on',
    hostsHint: '127.0.0.1 is this computer alone, lan every private network, if:NAME one interface.',
    portWarning: 'Every program that reaches this port comes in, except for web pages and what was passed on.',
    name: 'What it is for',
    namePlaceholder: 'television',
    networks: 'May be used from',
    networksHint: 'my-network, this-computer, or blocks such as 192.168.1.0/24.',
    models: 'Models',
    modelsHint: 'Of those of its key. Empty: all of them.',
    days: 'Days until it ends',
    daysHint: '90 at most.',
    pathWarning:
      'Programs write addresses down in logs and histories, and whoever reads one can use it. It opens inference and lists of models alone.',
    act: 'Open it',
  },
  shown: {
    title: (name: string) => `“${name}” is open`,
    once: 'This is its base URL. It holds a secret and is shown only now.',
    what: 'base URL',
    done: 'I have stored it',
  },
} as const;
