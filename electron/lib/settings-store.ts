// settings.json as conf and electron-store keep it, the same whichever of them opens it. Given no schema, defaults or
// migrations: both would write on opening and judge the file as a whole, while electron/settings does so value by value.

/** The face of conf and electron-store that is used here. */
export type SettingsStore = {
  readonly store: Readonly<Record<string, unknown>>;
  readonly set: (name: string, value: unknown) => void;
  readonly delete: (name: string) => void;
};

/** How either of them must be opened. Names of settings contain dots; a damaged file is for people to look at. */
export const settingsFile = {
  name: 'settings',
  options: {
    fileExtension: 'json',
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
    configFileMode: 0o600,
  },
} as const;

/** Nothing of it but that face, bound. */
export function asSettingsStore(store: SettingsStore): SettingsStore {
  return {
    get store() {
      return store.store;
    },
    set: (name, value) => store.set(name, value),
    delete: (name) => store.delete(name),
  };
}
