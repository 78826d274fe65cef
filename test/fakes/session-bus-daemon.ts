// A real D-Bus session bus of a test's own, and on it somebody who goes by a name, such as the panel that shows tray icons.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TestBus = {
  /** As in DBUS_SESSION_BUS_ADDRESS. */
  readonly address: string;
  /** Takes a name, until the returned function is called. */
  readonly own: (name: string) => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
};

export async function startSessionBus(): Promise<TestBus> {
  const folder = await mkdtemp(join(tmpdir(), 'keyhatch-bus-'));
  const socketPath = join(folder, 'bus');
  const config = join(folder, 'bus.conf');
  await writeFile(
    config,
    `<busconfig><type>session</type><listen>unix:path=${socketPath}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*"/><allow own="*"/><allow eavesdrop="true"/></policy></busconfig>`,
  );
  const daemon = spawn(
    'dbus-daemon',
    ['--nofork', '--nopidfile', '--nosyslog', `--config-file=${config}`, '--print-address=1'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [line] = (await once(daemon.stdout, 'data')) as [Buffer];
  return {
    address: line.toString().trim(),
    own: (name) => own(socketPath, name),
    async close() {
      daemon.kill();
      await once(daemon, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function own(socketPath: string, name: string): Promise<() => Promise<void>> {
  const socket = connect(socketPath);
  socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.())).toString('hex')}\r\n`);
  await once(socket, 'data');
  const owned = new Promise<void>((resolve) => {
    let read = '';
    socket.on('data', (bytes) => {
      read += bytes.toString('latin1');
      // The bus tells every connection of each name that it got: first its own number, then this.
      if (read.includes('NameAcquired') && read.includes(`${name}\0`)) resolve();
    });
  });
  const request = Buffer.concat([aligned(text(name), 4), uint32(0)]);
  socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), call(1, 'Hello', ''), call(2, 'RequestName', 'su', request)]));
  await owned;
  return async () => {
    socket.end();
    await once(socket, 'close');
  };
}

function call(serial: number, member: string, signature: string, body = Buffer.alloc(0)): Buffer {
  const bus = 'org.freedesktop.DBus';
  const fields: Buffer[] = [
    Buffer.concat([Buffer.from('\x01\x01o\0'), text('/org/freedesktop/DBus')]),
    Buffer.concat([Buffer.from('\x02\x01s\0'), text(bus)]),
    Buffer.concat([Buffer.from('\x03\x01s\0'), text(member)]),
    Buffer.concat([Buffer.from('\x06\x01s\0'), text(bus)]),
  ];
  if (signature !== '') fields.push(Buffer.from(`\x08\x01g\0${String.fromCharCode(signature.length)}${signature}\0`));
  const list = fields.reduce((all, field) => Buffer.concat([aligned(all, 8), field]), Buffer.alloc(0));
  const head = Buffer.concat([
    Buffer.from('l\x01\0\x01'),
    uint32(body.length),
    uint32(serial),
    uint32(list.length),
    list,
  ]);
  return Buffer.concat([aligned(head, 8), body]);
}

function text(value: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(`${value}\0`)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function aligned(bytes: Buffer, to: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);
}
