// Networks: their kinds, the dialog of the network switch, addresses that are put off, limits on connections.

import type { InterfaceKind } from '../../shared/network-model.ts';

export const networkTexts = {
  kinds: {
    wifi: 'Wi-Fi',
    ethernet: 'Ethernet',
    vpn: 'VPN',
    container: 'Container',
    loopback: 'This computer',
    other: 'Network',
  } as const satisfies Readonly<Record<InterfaceKind, string>>,
  lan: {
    title: 'Serve on local network',
    becomes: 'Devices in these networks can then reach Keyhatch on this computer:',
    who: (port: number) =>
      `Whoever is in one of them may knock at port ${port}. Every request needs a key that you made; keys are switched on with it.`,
    neverPublic: 'Public addresses are never opened by this.',
    all: 'All private networks',
    allHint: 'Also those that this computer joins later, such as another Wi-Fi.',
    some: 'Only the ones I choose',
    someHint: 'By their names, whatever their addresses become.',
    choose: 'Networks to open',
    none: 'This computer is in no private network at the moment.',
    noneChosen: 'Choose one at least.',
    open: 'Open networks',
    keep: 'Use these networks',
    cancel: 'Cancel',
    change: 'Choose networks',
    publicToo: (address: string) => `${address} is public and stays closed`,
  },
  locked: {
    title: 'Put off for wrong keys',
    about: 'Only what is wrong is put off: a valid key works from there at any time.',
    none: 'No address is put off.',
    ends: 'ends',
    times: (count: number) => (count === 1 ? 'put off once' : `put off ${count} times`),
    unlock: 'Let in again',
    unlockThat: (address: string) => `Let in again: ${address}`,
  },
  connections: {
    title: 'Connections',
    most: 'Connections at once',
    mostSentence: 'More are turned away until one closes.',
    mostOfOne: 'Connections of one address',
    mostOfOneSentence: 'An IPv6 /64 counts as one. Programs on this computer do not count.',
    head: 'Largest head of a request',
    headSentence: 'In KiB. Holds from the next start of the server.',
    headTime: 'Patience with a head',
    headTimeSentence: 'Seconds until the head of a request must have arrived.',
    body: 'Patience with a body',
    bodySentence: 'Seconds for which a body may stop arriving before the request is given up.',
    reader: 'Patience with a reader',
    readerSentence: 'Seconds for which a client may leave its answer unread, so that it holds no model.',
  },
  lockout: {
    title: 'Wrong keys',
    attempts: 'Wrong keys that one address may try',
    attemptsSentence: 'Then it is put off, longer each time. 0: never. This computer never is.',
    window: 'Counted together within',
    windowSentence: 'Seconds.',
  },
} as const;
