// Who may change which setting. Apart from the settings themselves, so that the pages' first screen need not carry their schema.

/**
 * Settings that managers may change, by how their names begin. All others open a door or say who may come in: they are the
 * owner's, with fresh proof.
 */
const managerSettings = [
  'server.port',
  'server.autoStart',
  'keys.',
  'queue.',
  'limits.',
  'network.',
  'upstream.',
  'upstreams.',
  'usage.',
  'metrics.',
  'desktop.',
  'window.',
] as const;

/** Among those, what would give everybody's next key rights that a manager may not give: the owner's too. */
const ownersOwn: readonly string[] = ['keys.defaultOperations'];

export function settingAccess(name: string): 'owner' | 'manager' {
  if (ownersOwn.includes(name)) return 'owner';
  return managerSettings.some((start) => name.startsWith(start)) ? 'manager' : 'owner';
}
