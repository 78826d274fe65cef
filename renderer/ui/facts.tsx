// Names and values in two columns: what is known about one thing.

import './facts.css';
import type { ReactNode } from 'react';

/** Values that are null or undefined are left out with their names. */
export function Facts({ rows }: { readonly rows: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="kh-facts">
      {rows.map(
        ([name, value]) =>
          value !== null &&
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
