// The body of a long table: only the rows on screen are in the document, and the height of the others is kept by two
// empty ones, so that the page scrolls as if all were there.

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ComponentProps, type ReactNode, useLayoutEffect, useRef, useState } from 'react';

type VirtualRowsProps<Row> = {
  readonly rows: readonly Row[];
  /** The usual height of a row, in pixels. */
  readonly rowPx: number;
  readonly columns: number;
  readonly children: (row: Row) => ReactNode;
} & Pick<ComponentProps<'tbody'>, 'onPointerEnter' | 'onPointerLeave'>;

export function VirtualRows<Row>({ rows, rowPx, columns, children, ...ofBody }: VirtualRowsProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [topPx, setTopPx] = useState(0);
  useLayoutEffect(() => {
    if (body.current) setTopPx(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: topPx,
  });
  const shown = virtual.getVirtualItems();
  const before = (shown[0]?.start ?? topPx) - topPx;
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? topPx) - topPx);
  return (
    <tbody ref={body} {...ofBody}>
      {before > 0 && <Spacer heightPx={before} columns={columns} />}
      {shown.map(({ index }) => {
        const row = rows[index];
        return row === undefined ? null : children(row);
      })}
      {after > 0 && <Spacer heightPx={after} columns={columns} />}
    </tbody>
  );
}

function Spacer({ heightPx, columns }: { readonly heightPx: number; readonly columns: number }) {
  return (
    <tr style={{ height: heightPx, border: 0 }}>
      <td colSpan={columns} style={{ padding: 0 }} />
    </tr>
  );
}
