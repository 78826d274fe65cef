// Members of a call's input that its schema does not know. They would be passed over, and a limit whose name is mistyped
// would be none. Pure; what is known is checked by the schema itself.

/** A schema of zod 4, by what its library lets others read of it. */
type Known = { readonly _zod: { readonly def: Parts } };
/** What the kinds of schemas have that hold others. */
type Parts = {
  readonly shape?: Readonly<Record<string, Known>>;
  readonly catchall?: Known;
  readonly element?: Known;
  readonly innerType?: Known;
  readonly valueType?: Known;
  readonly in?: Known;
  readonly options?: readonly Known[];
};

/** @returns the first such member, as a path: `policy.modles` */
export function unknownMember(schema: unknown, value: unknown, at = ''): string | undefined {
  if (typeof value !== 'object' || value === null || !isKnown(schema)) return undefined;
  const { shape, catchall, element, innerType, valueType, in: input, options } = schema._zod.def;
  const wrapped = innerType ?? input;
  if (wrapped) return unknownMember(wrapped, value, at);
  if (options) {
    const found = options.map((option) => unknownMember(option, value, at));
    return found.includes(undefined) ? undefined : found[0];
  }
  for (const [name, inner] of Object.entries(value)) {
    const path = at === '' || Array.isArray(value) ? at || name : `${at}.${name}`;
    if (shape && !catchall && !Object.hasOwn(shape, name)) return path;
    const found = unknownMember(shape?.[name] ?? element ?? valueType, inner, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isKnown(schema: unknown): schema is Known {
  return typeof schema === 'object' && schema !== null && '_zod' in schema;
}
