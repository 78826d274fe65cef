// The rail, the command palette and what surrounds the pages.

export const shellTexts = {
  pages: {
    server: 'Server',
    keys: 'Keys',
    connect: 'Connect',
    usage: 'Usage',
    requests: 'Requests',
    models: 'Models',
    settings: 'Settings',
  },
  mainNavigation: 'Pages',
  lost: 'does not answer',
  search: 'Search',
  openMenu: 'Open or close the menu',
  skip: 'Skip to the page',
  notFound: 'There is no such page',
  notFoundHere: 'Nothing lies at this address',
  notFoundHint: 'It may have been moved, or the link was cut short.',
  toServer: 'Go to Server',
  palette: {
    placeholder: 'Go to a page, a key, or do something…',
    nothing: 'Nothing fits',
    pages: 'Pages',
    keys: 'Keys',
    actions: 'Actions',
    newKey: 'Make a new key',
    start: 'Start the server',
    stop: 'Stop the server',
    copyAddress: 'Copy the address',
    theme: 'Switch between dark and light',
  },
} as const;
