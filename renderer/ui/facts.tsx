// Names and values in two columns: what is known about one thing.

import './facts.css';
import type { ReactNode } from 'react';

export type FactRows = readonly (readonly [name: string, value: ReactNode])[];

type FactsProps = {
  /** Values that are null or undefined are left out with their names. */
  readonly rows: FactRows;
  /** A line between each two, where the list is all there is on its panel. */
  readonly lined?: boolean;
};

export function Facts({ rows, lined = false }: FactsProps) {
  return (
    <dl className={lined ? 'kh-facts kh-rows' : 'kh-facts'}>
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
