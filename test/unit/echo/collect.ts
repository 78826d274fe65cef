// Everything that a stream gives, in order. (Array.fromAsync is not in the library that the project compiles against.)

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
