// The picture of a QR code, with the library that draws it: fetched apart from the page, which is there before.

import { QRCodeSVG } from 'qrcode.react';

export function QrPicture({ text, size }: { readonly text: string; readonly size: number }) {
  // Black on white in both themes: many cameras do not read it the other way round.
  return <QRCodeSVG value={text} size={size} marginSize={2} title={text} bgColor="#ffffff" fgColor="#000000" />;
}
