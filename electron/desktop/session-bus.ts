// Asks the D-Bus session bus one question: does anybody go by this name? Two messages of the protocol over the bus's own
// socket (D-Bus Specification 0.43), because a program that could ask (gdbus, dbus-send) is not on every machine.

import { connect } from 'node:net';
import { join } from 'node:path';
import { withDeadline } from '../lib/lifetime.ts';

export type SessionBusPlace = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
};

const askTimeoutMs = 2_000;
const methodReturn = 2;
const failure = 3;
const bus = 'org.freedesktop.DBus';

/** @returns false too when there is no bus, or it does not answer */
export async function isNameOnBus(name: string, place: SessionBusPlace): Promise<boolean> {
  for (const path of socketPaths(place.env)) {
    const answer = await withDeadline(ask(path, name, place.uid), askTimeoutMs).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return false;
}

/** Of `unix:path=/run/user/1000/bus;unix:abstract=/tmp/x`, what can be connected to. */
export function socketPaths(env: SessionBusPlace['env']): readonly string[] {
  const given = env['DBUS_SESSION_BUS_ADDRESS'];
  if (!given) return env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'bus')] : [];
  return given.split(';').flatMap((address) => {
    const [, kind, value] = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(address) ?? [];
    if (kind === undefined || value === undefined) return [];
    const path = value.replace(/%([0-9a-f]{2})/gi, (_whole, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return [kind === 'abstract' ? `\0${path}` : path];
  });
}

function ask(path: string, name: string, uid: number): Promise<boolean> {
  const socket = connect(path);
  const answer = new Promise<boolean>((resolve, reject) => {
    let read = Buffer.alloc(0);
    let greeted = false;
    let replies = 0;
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the bus closed the connection')));
    socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`);
    socket.on('data', (bytes) => {
      read = Buffer.concat([read, bytes]);
      if (!greeted) {
        const end = read.indexOf('\r\n');
        if (end === -1) return;
        if (!read.subarray(0, end).toString('latin1').startsWith('OK')) reject(new Error('the bus refused us'));
        read = read.subarray(end + 2);
        greeted = true;
        socket.write(
          Buffer.concat([Buffer.from('BEGIN\r\n'), methodCall(1, 'Hello'), methodCall(2, 'NameHasOwner', name)]),
        );
      }
      for (let message = firstMessage(read); message; message = firstMessage(read)) {
        read = read.subarray(message.length);
        // The bus answers in the order of the calls; what comes besides are signals.
        if (message.type === failure) reject(new Error('the bus answered with an error'));
        if (message.type === methodReturn && ++replies === 2) resolve(message.body.readUInt32LE(0) !== 0);
      }
    });
  });
  return answer.finally(() => socket.destroy());
}

type Message = { readonly type: number; readonly body: Buffer; readonly length: number };

/** The first whole message, once it is there. */
function firstMessage(bytes: Buffer): Message | undefined {
  if (bytes.length < 16) return undefined;
  if (bytes[0] !== 0x6c) throw new Error('the bus does not speak little-endian');
  const bodyLength = bytes.readUInt32LE(4);
  const bodyAt = roundUp(16 + bytes.readUInt32LE(12));
  const length = bodyAt + bodyLength;
  if (bytes.length < length) return undefined;
  return { type: bytes[1] ?? 0, body: bytes.subarray(bodyAt, length), length };
}

/** A call of the bus itself, with at most one text as its argument. */
function methodCall(serial: number, member: string, argument?: string): Buffer {
  const body = argument === undefined ? Buffer.alloc(0) : text(argument);
  const fields = [
    field(1, 'o', text('/org/freedesktop/DBus')),
    field(2, 's', text(bus)),
    field(3, 's', text(member)),
    field(6, 's', text(bus)),
    ...(argument === undefined ? [] : [field(8, 'g', Buffer.from('\x01s\0'))]),
  ].reduce((all, one) => Buffer.concat([padded(all), one]), Buffer.alloc(0));
  const head = Buffer.alloc(16);
  head.write('l\x01\0\x01', 'latin1');
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(fields.length, 12);
  return Buffer.concat([padded(Buffer.concat([head, fields])), body]);
}

/** One header field: a byte and a variant. Its value begins at a multiple of four, as all of these do. */
function field(code: number, type: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), value]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(`${value}\0`);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length - 1);
  return Buffer.concat([length, bytes]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(roundUp(bytes.length) - bytes.length)]);
}

function roundUp(length: number): number {
  return Math.ceil(length / 8) * 8;
}
