// What stands in a URL is text; this makes numbers, truth values and lists of it where the call takes such. What does not fit
// stays text, and the call's own schema says what is wrong with it. Pure.

import type { ApiOperationObject } from '../../shared/api-document.ts';

type Parameters = NonNullable<ApiOperationObject['parameters']>;
type Schema = NonNullable<Parameters[number]['schema']>;

export function valuesOf(input: unknown, parameters: Parameters): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const schemas = new Map(parameters.map(({ name, schema = {} }) => [name, schema]));
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      const schema = schemas.get(name);
      return [name, schema === undefined ? value : readAs(value, typesOf(schema))];
    }),
  );
}

function readAs(value: unknown, types: ReadonlySet<string>): unknown {
  if (typeof value !== 'string') return value;
  if ((types.has('integer') || types.has('number')) && /^-?\d{1,16}(\.\d{1,10})?$/.test(value)) return Number(value);
  if (types.has('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  return types.has('array') ? [value] : value;
}

function typesOf({ type = [], anyOf = [], oneOf = [] }: Schema): ReadonlySet<string> {
  return new Set([...[type].flat(), ...[...anyOf, ...oneOf].flatMap((choice) => [...typesOf(choice)])]);
}
