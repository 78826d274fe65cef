// What a test tells the stand-in at its start and asks of it later. Types, and the one reading of the environment.

export type HostConfig = {
  readonly userData: string;
  readonly appPath: string;
  readonly platform: NodeJS.Platform;
  readonly wasOpenedAtLogin: boolean;
};

export type SeenItem = {
  readonly label: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly checked: boolean;
  readonly items: readonly SeenItem[];
};

/** Everything that a person would see. */
export type Seen = {
  readonly windows: readonly { readonly visible: boolean; readonly url: string }[];
  readonly tray: { readonly icon: string; readonly tooltip: string; readonly menu: readonly SeenItem[] } | null;
  /** The menu that opened at the icon, until something in it was chosen. */
  readonly popped: readonly SeenItem[] | null;
  readonly dialogs: readonly { readonly message: string; readonly buttons: readonly string[] }[];
  readonly notices: readonly string[];
  readonly clipboard: string;
  readonly opened: readonly string[];
  readonly blockers: number;
};

export type Order =
  | { readonly do: 'look' | 'click tray' | 'right-click tray' | 'close window' | 'crash page' | 'wake' }
  | { readonly do: 'choose'; readonly label: string }
  | { readonly do: 'answer'; readonly button: string }
  | { readonly do: 'in page'; readonly script: string }
  | { readonly do: 'visit'; readonly url: string }
  | { readonly do: 'may'; readonly permission: string; readonly url: string };

export type Answer = { readonly id: number; readonly value?: unknown; readonly error?: string };

export function hostConfig(): HostConfig {
  return JSON.parse(process.env['ELECTRON_HOST'] ?? '{}') as HostConfig;
}
