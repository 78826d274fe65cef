// The page Server.

export const serverTexts = {
  states: {
    running: 'Running',
    open: 'Open to the network',
    stopped: 'Stopped',
    starting: 'Starting…',
    stopping: 'Stopping…',
    failed: 'Could not start',
  },
  title: 'Server',
} as const;
