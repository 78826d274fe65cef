// A fingerprint in pairs and rows of eight, as systems show it where a certificate is installed: to be compared by eye.

export function Fingerprint({ text }: { readonly text: string }) {
  const pairs = text.split(':');
  const rows = Array.from({ length: Math.ceil(pairs.length / 8) }, (_, row) => pairs.slice(row * 8, row * 8 + 8));
  return (
    <code style={{ lineHeight: 1.5, fontSize: 12 }}>
      {rows.map((row) => (
        <span key={row.join('')} style={{ display: 'block', whiteSpace: 'nowrap' }}>
          {row.join(' ')}
        </span>
      ))}
    </code>
  );
}
