// Two network namespaces with a cable between them, as two machines: one that serves and a guest in its network. Makes
// nothing outside of them, and takes them away however the test ends.

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a machine got for an answer; status 0: no connection, and why. */
export type MachineAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export type MachineRequest = {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificates to trust, as PEM. */
  readonly ca?: string;
};

export type TwoMachines = {
  /** Before a command, so that it runs on the machine that serves. */
  readonly onServer: readonly string[];
  /** `ip` on the machine that serves; the cable there is called `lan0`. */
  readonly ipOnServer: (...words: readonly string[]) => void;
  readonly askFromGuest: (request: MachineRequest) => Promise<MachineAnswer>;
  readonly askFromServer: (request: MachineRequest) => Promise<MachineAnswer>;
  readonly remove: () => void;
};

/** Why no namespaces can be made here; undefined when they can. */
export function whyNoMachines(): string | undefined {
  if (process.platform !== 'linux') return 'two networks on one machine can be had on Linux alone';
  if (process.getuid?.() !== 0) return 'making networks takes root';
  const name = `kh-try-${process.pid}`;
  const tried = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (tried.error) return 'the program ip (iproute2) is not installed';
  if (tried.status !== 0) return `this machine makes no networks: ${tried.stderr.trim()}`;
  spawnSync('ip', ['netns', 'del', name]);
  return undefined;
}

const client = join(import.meta.dirname, 'ask-once.ts');

/** The server has 10.77.0.1 and fd77::1, the guest 10.77.0.2 and fd77::2. */
export function makeTwoMachines(): TwoMachines {
  const [server, guest] = [`kh-server-${process.pid}`, `kh-guest-${process.pid}`];
  const remove = () => {
    process.off('exit', remove);
    for (const name of [server, guest]) spawnSync('ip', ['netns', 'del', name]);
  };
  process.on('exit', remove);
  try {
    for (const name of [server, guest]) ip('netns', 'add', name);
    ip('link', 'add', 'lan0', 'netns', server, 'type', 'veth', 'peer', 'name', 'lan0', 'netns', guest);
    for (const [name, at] of [
      [server, 1],
      [guest, 2],
    ] as const) {
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'link', 'set', 'lan0', 'up');
      ip('-n', name, 'addr', 'add', `10.77.0.${at}/24`, 'dev', 'lan0');
      // A fresh IPv6 address is looked for elsewhere first, which nobody has here.
      ip('-n', name, 'addr', 'add', `fd77::${at}/64`, 'dev', 'lan0', 'nodad');
    }
  } catch (error) {
    remove();
    throw error;
  }
  const within = (name: string) => ['ip', 'netns', 'exec', name];
  return {
    onServer: within(server),
    ipOnServer: (...words) => ip('-n', server, ...words),
    askFromGuest: (request) => ask(within(guest), request),
    askFromServer: (request) => ask(within(server), request),
    remove,
  };
}

function ip(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr.trim()}`);
}

/** In a process of its own, because a process is in one network. */
function ask(within: readonly string[], request: MachineRequest): Promise<MachineAnswer> {
  const [command = '', ...words] = [...within, process.execPath, client];
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', reject);
    child.once('close', () => {
      try {
        resolve(JSON.parse(said) as MachineAnswer);
      } catch {
        reject(new Error(`the client on the other machine said ${JSON.stringify(said)}`));
      }
    });
    child.stdin.end(JSON.stringify(request));
  });
}
