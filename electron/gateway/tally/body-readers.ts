// The ways in which the bytes of an answer become messages: server-sent events, lines of JSON, one JSON object, or nothing
// at all. Each takes chunks as they pass and keeps no more than its cap.

import { scanTopLevel } from '../json-members.ts';
import { lineEnds, sseEnds } from './frame-ends.ts';
import { createFrameReader, type FrameReader } from './frame-reader.ts';
import { keepBody } from './kept-body.ts';
import type { MessageReading } from './message-reading.ts';
import { responseIdMembers } from './response-id.ts';
import { sseData } from './sse-data.ts';
import { countingMembers } from './token-counts.ts';
import { generatedMemberNames } from './token-estimate.ts';

/** As a frame reader; for what is not a stream, `atBoundary` holds only before the first byte. */
export type BodyReader = FrameReader & { readonly streamed: () => boolean };

/** A larger answer is given up on: nothing that holds counts comes near it but batches of embeddings. */
const wholeCapBytes = 16 * 1024 * 1024;

const neededMembers: ReadonlySet<string> = new Set([...countingMembers, ...responseIdMembers]);
const errorMembers: ReadonlySet<string> = new Set(['error']);
const byteOrderMark = Buffer.from('\ufeff');

/** As much of a reading as events need. */
export type EventReading = Pick<MessageReading, 'wants' | 'skipped' | 'missed' | 'event'>;

/** @param reading undefined to follow the events' bounds only. */
export function readEvents(reading: EventReading | undefined): BodyReader {
  return streamed(
    createFrameReader({
      ends: sseEnds(),
      wants: (bytes) => reading?.wants(bytes) ?? false,
      onSkipped: () => reading?.skipped(),
      onOverCap: () => reading?.missed('too_large'),
      onFrame(frame) {
        const data = sseData(frame);
        if (data !== undefined) reading?.event(data);
      },
    }),
  );
}

/** @param reading undefined to follow the lines' bounds only. */
export function readLines(reading: MessageReading | undefined): BodyReader {
  return streamed(
    createFrameReader({
      ends: lineEnds(),
      wants: (bytes) => reading?.wants(bytes) ?? false,
      onSkipped: () => reading?.skipped(),
      onOverCap: () => reading?.missed('too_large'),
      onFrame: (frame) => reading?.event(frame.toString('utf8')),
    }),
  );
}

/** Reads nothing. */
export function readNothing(isStream: boolean): BodyReader {
  let empty = true;
  return {
    chunk(bytes) {
      if (bytes.length > 0) empty = false;
    },
    end() {},
    atBoundary: () => empty,
    streamed: () => isStream,
  };
}

/** One JSON object, of which only the members that are needed are ever parsed. */
export function readWhole(reading: MessageReading): BodyReader {
  const kept = keepBody(wholeCapBytes, reading, (bytes) => {
    const members = membersOf(bytes);
    if (members === undefined) {
      // Nothing at all is no answer that could have been read.
      if (bytes.length > 0) reading.missed('unreadable');
      return;
    }
    reading.answer(Object.fromEntries(members(neededMembers)));
    if (reading.wantsText() && !members(errorMembers).has('error')) reading.text(members(generatedMemberNames));
  });
  return { ...kept, streamed: () => false };
}

function streamed(reader: FrameReader): BodyReader {
  return { ...reader, streamed: () => true };
}

type PickMembers = (names: ReadonlySet<string>) => ReadonlyMap<string, unknown>;

function membersOf(bytes: Buffer): PickMembers | undefined {
  const body = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark)
    ? bytes.subarray(byteOrderMark.length)
    : bytes;
  const scan = scanTopLevel(body);
  if (!scan.ok) return undefined;
  return (names) => {
    const wanted = scan.members.filter(({ key }) => names.has(key));
    return new Map(wanted.map(({ key, valueStart, valueEnd }) => [key, parseSlice(body, valueStart, valueEnd)]));
  };
}

function parseSlice(bytes: Buffer, from: number, to: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', from, to));
  } catch {
    return undefined;
  }
}
