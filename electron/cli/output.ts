// How a command says what it found: one line of JSON, or text for people with colour where a terminal wants it.
// Texts from elsewhere (names, models, user agents) lose their control characters before a terminal sees them.

import { relativeTime } from './relative-time.ts';

export type TextSink = {
  /** False: no more until `drain`. */
  readonly write: (text: string) => unknown;
  readonly once?: (event: 'drain', act: () => void) => unknown;
  readonly isTTY?: boolean | undefined;
};

type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

export type Output = {
  /** The answer, on stdout: the value itself with --json, else the text. */
  readonly answer: (value: unknown, text: () => string) => void;
  /** One line on stdout, in colours where it has some; what is foreign in it must be `visible`. */
  readonly line: (text: string) => void;
  /** A part of a long answer, on stdout, on a terminal without what would move its cursor; resolves when more can be taken. */
  readonly write: (text: string) => Promise<void>;
  /** Something beside the answer, on stderr. */
  readonly note: (sentence: string) => void;
  readonly json: boolean;
  readonly paint: Paint;
  /** `3 h ago`, `in 30 d`; the word when there is no time. */
  readonly when: (timeMs: number | null, never: string) => string;
};

const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

export function createOutput(options: {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}): Output {
  const { stdout, stderr, env, json, now } = options;
  const coloured = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    json,
    answer: (value, text) => stdout.write(`${json ? harmlessJson(JSON.stringify(value)) : text()}\n`),
    line: (text) => stdout.write(`${text}\n`),
    async write(text) {
      const full = stdout.write(stdout.isTTY === true ? harmless(text) : text) === false;
      if (full && stdout.once) await new Promise<void>((resolve) => stdout.once?.('drain', resolve));
    },
    note: (sentence) => stderr.write(`${visible(sentence)}\n`),
    paint: (colour, text) => (coloured ? `\u001b[${codes[colour][0]}m${text}\u001b[${codes[colour][1]}m` : text),
    when: (timeMs, never) => (timeMs === null ? never : relativeTime(timeMs, now)),
  };
}

/** The text on one line, without characters that would move a cursor or reorder what is shown. */
export function visible(text: string): string {
  return text.replace(/\s/gu, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '�');
}

// Lines and columns stay.
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (char) => (/[\r\n\t]/.test(char) ? char : '�'));
}

// JSON leaves DEL and the C1 controls as they are, and a terminal may act on them.
export function harmlessJson(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}
