// Requests written byte by byte, where what matters is how their head is put: a chat that would be answered, to be changed
// line by line, and the status of what comes back.

import { type Bed, chat } from './gateway-bed.ts';

const body = chat();

/** A POST to chat, head given line by line, sent as it stands. */
export function rawPost(head: readonly string[], target = '/v1/chat/completions', version = 'HTTP/1.1'): string {
  return [`POST ${target} ${version}`, ...head, '', body].join('\r\n');
}

/** The lines with which it is answered. */
export function goodHead(bed: Pick<Bed, 'port' | 'key'>): string[] {
  return [
    `Host: 127.0.0.1:${bed.port}`,
    `Authorization: Bearer ${bed.key}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
}

/** NaN where nothing was answered. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}
