// Makes the body of an ordinary `POST /v1/responses` out of one `response.create` message of a WebSocket: the same members,
// without those that only the socket knows. Their bytes stay as they came; what they mean is policy's to judge.

import { invalid } from '../body-policy.ts';
import { type JsonMember, scanTopLevel } from '../json-members.ts';

/** Members of the message that are not the body's. */
const ofTheSocket: ReadonlySet<string> = new Set(['type', 'stream', 'background', 'generate', 'stream_id']);

/** @throws KeyhatchError `body_invalid` for any other message, and for what cannot be had over plain HTTP */
export function bodyOfCreate(message: Buffer): Buffer {
  const scan = scanTopLevel(message);
  if (!scan.ok) throw invalid('a message must be one JSON object');
  const textOf = (name: string) => {
    const found = scan.members.filter(({ key }) => key === name);
    if (found.length > 1) throw invalid(`"${name}" stands in it twice`);
    return found[0] && message.toString('utf8', found[0].valueStart, found[0].valueEnd);
  };
  const type = textOf('type') ?? 'none';
  if (type !== '"response.create"') {
    throw invalid(`a message of type ${type.slice(0, 40)} is not known here, only "response.create" is`);
  }
  if ((textOf('stream_id') ?? 'null') !== 'null') {
    throw invalid('one socket carries one response after the other here ("stream_id"); open another one');
  }
  if ((textOf('background') ?? 'false') === 'true') throw invalid('"background" cannot be had over a WebSocket');
  // A model server that does not know the word would generate, and be paid for it.
  if (textOf('generate') === 'false') throw invalid('there is nothing here to warm up ("generate": false)');
  textOf('stream');
  const kept = scan.members.filter(({ key }) => !ofTheSocket.has(key));
  return Buffer.concat([
    Buffer.from('{"stream":true'),
    ...kept.flatMap((member) => [nameOf(member), message.subarray(member.valueStart, member.valueEnd)]),
    Buffer.from('}'),
  ]);
}

function nameOf({ key }: JsonMember): Buffer {
  return Buffer.from(`,${JSON.stringify(key)}:`);
}
