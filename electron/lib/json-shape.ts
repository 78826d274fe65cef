// Looks into JSON that a stranger sent, without trusting its shape. Pure.

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object in this text, or undefined when it is anything else. */
export function parseObject(text: string): JsonObject | undefined {
  // Spares what ends many a stream, `[DONE]`, the cost of a thrown error.
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** The objects of a list; everything else in it is left out. Not a list: empty. */
export function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : [];
}
