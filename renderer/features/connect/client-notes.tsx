// What to know about a client, with the names of files and settings in it set as code.

export function ClientNotes({ text }: { readonly text: string }) {
  // Every second part stands between backticks.
  return text.split('`').map((part, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a fixed sentence never move
    return index % 2 === 1 ? <code key={index}>{part}</code> : part;
  });
}
