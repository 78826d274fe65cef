// Vectors for texts: the same text always gets the same one, and they mean nothing. Pure.

import { createHash } from 'node:crypto';
import { countTokens } from './echo-reply.ts';

const usualDimensions = 64;
const maxDimensions = 4096;
const maxInputs = 2048;
const numbersPerHash = 8;

export type Embedded = { readonly vectors: readonly Float32Array[]; readonly tokens: number };

/**
 * Embeds a text, a list of texts, a list of token numbers or a list of those.
 * @returns what is wrong with the input, as a sentence, when it cannot be embedded
 */
export function embed(input: unknown, dimensions?: unknown): Embedded | string {
  const size = dimensions ?? usualDimensions;
  if (!isWhole(size) || size < 1 || size > maxDimensions) return `dimensions must lie between 1 and ${maxDimensions}`;
  const texts = textsIn(input);
  if (texts === undefined || texts.length === 0) return 'input must be a text or a list of texts that is not empty';
  if (texts.length > maxInputs) return `input may hold ${maxInputs} texts at most`;
  return {
    vectors: texts.map((text) => unitVector(text, size)),
    tokens: texts.reduce((sum, text) => sum + countTokens(text), 0),
  };
}

/** Little-endian float32, as `encoding_format: "base64"` asks for. */
export function asBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    bytes.writeFloatLE(value, index * 4);
  });
  return bytes.toString('base64');
}

function textsIn(input: unknown): readonly string[] | undefined {
  if (typeof input === 'string') return input === '' ? undefined : [input];
  if (!Array.isArray(input)) return undefined;
  if (input.length > 0 && input.every(isWhole)) return [input.join(' ')];
  const texts = input.map((item) => (Array.isArray(item) && item.every(isWhole) ? item.join(' ') : item));
  return texts.every((text) => typeof text === 'string' && text !== '') ? texts : undefined;
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

function unitVector(text: string, size: number): Float32Array {
  const numbers: number[] = [];
  for (let block = 0; numbers.length < size; block += 1) {
    const hash = createHash('sha256').update(`${block}:${text}`).digest();
    for (let index = 0; index < numbersPerHash; index += 1) numbers.push(hash.readInt32LE(index * 4) / 2 ** 31);
  }
  const vector = numbers.slice(0, size);
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => value / length);
}
