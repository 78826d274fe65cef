// On which addresses the dashboard listens now, and moving to others: what stays is not touched, and what cannot be had
// leaves all as it was. Asks for each socket to be opened and knows nothing of what goes through it.

import { bareHost } from '../lib/bare-host.ts';
import { type DashboardListener, dashboardHost } from './dashboard-listener.ts';

export type OpenDoor = (host: string, port: number) => Promise<DashboardListener>;

export type DashboardDoors = {
  /**
   * Listens on these addresses and on no other.
   * @param openFirst for the first one where the port is another than before: it may pick the port
   * @throws what opening throws; then it listens where it did
   */
  readonly moveTo: (hosts: readonly string[], wantedPort: number, openFirst: OpenDoor) => Promise<void>;
  readonly letGo: () => void;
  readonly open: () => readonly DashboardListener[];
  /** Resolves when all that was let go of is closed. */
  readonly closed: () => Promise<unknown>;
};

export function createDashboardDoors(ports: {
  readonly open: OpenDoor;
  /** Told when it lets go of addresses that somebody else may now take. */
  readonly onLetGo: (hosts: readonly string[]) => void;
}): DashboardDoors {
  const releases = new Set<Promise<void>>();
  let listening: readonly DashboardListener[] = [];
  let port: number | undefined;

  // Not waited for: the call that switches the dashboard off or moves it may have come through it.
  function release(gone: readonly DashboardListener[]): void {
    if (gone.length === 0) return;
    for (const listener of gone) {
      const released = listener.release();
      releases.add(released);
      void released.finally(() => releases.delete(released));
    }
    ports.onLetGo(gone.map(({ host }) => host));
  }

  async function openAll(hosts: readonly string[], first: () => Promise<DashboardListener>) {
    const made: DashboardListener[] = [];
    try {
      for (const host of hosts) made.push(made[0] ? await ports.open(host, made[0].port) : await first());
      return made;
    } catch (error) {
      for (const listener of made) void listener.release();
      throw error;
    }
  }

  async function moveElsewhere(hosts: readonly string[], wantedPort: number, openFirst: OpenDoor): Promise<void> {
    const made = await openAll(hosts, () => openFirst(hosts[0] ?? dashboardHost, wantedPort));
    release(listening);
    listening = made;
    port = wantedPort;
  }

  async function adjust(hosts: readonly string[], at: number): Promise<void> {
    const gone = listening.filter(({ host }) => !hosts.includes(host));
    const kept = listening.filter(({ host }) => hosts.includes(host));
    const added = hosts.filter((host) => !kept.some((listener) => listener.host === host));
    // First, because every address cannot be had while one of them is held on the same port.
    release(gone);
    listening = kept;
    const open = (list: readonly string[]) => openAll(list, () => ports.open(list[0] ?? dashboardHost, at));
    try {
      listening = [...kept, ...(await open(added))];
    } catch (error) {
      listening = [...kept, ...(await open(gone.map(({ host }) => host)))];
      throw error;
    }
  }

  return {
    async moveTo(given, wantedPort, openFirst) {
      const hosts = withoutCovered(given);
      const [first] = listening;
      if (first && port === wantedPort) await adjust(hosts, first.port);
      else await moveElsewhere(hosts, wantedPort, openFirst);
    },
    letGo() {
      release(listening);
      listening = [];
    },
    open: () => listening,
    closed: () => Promise.all(releases),
  };
}

/** Without doubles, and without what one that stands for every address holds already; this computer first. */
function withoutCovered(given: readonly string[]): readonly string[] {
  const hosts = [...new Set(given.map(bareHost))];
  const every = hosts.find((host) => host === '::') ?? hosts.find((host) => host === '0.0.0.0');
  if (every !== undefined) return [every];
  return [...hosts].sort((a, b) => Number(b === dashboardHost) - Number(a === dashboardHost));
}
