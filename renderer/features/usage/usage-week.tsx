// When in the week something was used: a table of weekdays and hours of the local clock, coloured in one hue by how much.
// One cell at a time can be asked by pointer or arrow keys, and says its number below.

import { Text } from '@mantine/core';
import { type KeyboardEvent, useRef, useState } from 'react';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatCompact, formatCount, formatHour, formatWeekday } from '../../ui/format.ts';
import type { ShowName } from './usage-query.ts';

const { week: texts } = usageTexts;

/** Monday first; the answer begins with Sunday. */
const weekdays = [1, 2, 3, 4, 5, 6, 0] as const;
const hours = Array.from({ length: 24 }, (_, hour) => hour);
type Place = { readonly row: number; readonly hour: number };

export function UsageWeek({ week, show }: { readonly week: readonly (readonly number[])[]; readonly show: ShowName }) {
  const rows = weekdays.map((day) => ({ day, values: hours.map((hour) => week[day]?.[hour] ?? 0) }));
  const most = Math.max(1, ...rows.flatMap(({ values }) => values));
  const busiest = placeOfMost(rows.map(({ values }) => values));
  const [asked, setAsked] = useState<Place>();
  const { row, hour } = asked ?? busiest;
  const body = useRef<HTMLTableSectionElement>(null);
  const valueAt = (place: Place) => rows[place.row]?.values[place.hour] ?? 0;
  const words = (place: Place) =>
    texts.cell(
      formatWeekday(weekdays[place.row] ?? 0, 'long'),
      formatHour(place.hour),
      formatHour((place.hour + 1) % 24),
      texts.values[show](formatCount(valueAt(place))),
    );

  function move(event: KeyboardEvent): void {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = { row: (row + (step[0] ?? 0) + 7) % 7, hour: (hour + (step[1] ?? 0) + 24) % 24 };
    setAsked(next);
    body.current?.rows[next.row]?.cells[next.hour + 1]?.focus();
  }

  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are walked by arrow keys is a grid */}
      <table className="kh-week" role="grid" aria-label={texts.label} onMouseLeave={() => setAsked(undefined)}>
        <thead>
          <tr>
            <td />
            {hours.map((at) => (
              <th key={at} scope="col">
                <span aria-hidden={at % 6 !== 0 ? 'true' : undefined}>{at % 6 === 0 ? formatHour(at) : ''}</span>
                {at % 6 !== 0 && <span className="kh-unseen">{formatHour(at)}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={move}>
          {rows.map(({ day, values }, at) => (
            <tr key={day}>
              <th scope="row">{formatWeekday(day, 'short')}</th>
              {values.map((value, hourOfDay) => {
                const place = { row: at, hour: hourOfDay };
                const current = at === row && hourOfDay === hour;
                return (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place
                    key={hourOfDay}
                    tabIndex={current ? 0 : -1}
                    aria-label={words(place)}
                    data-current={asked !== undefined && current ? '' : undefined}
                    onMouseEnter={() => setAsked(place)}
                    onFocus={() => setAsked(place)}
                    style={{ '--kh-heat': `${heatOf(value, most)}%` } as React.CSSProperties}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="kh-week-foot">
        <Text size="xs" c="dimmed" component="span">
          {asked === undefined ? texts.busiest(words(busiest)) : words(asked)}
        </Text>
        <span className="kh-week-scale" aria-hidden="true">
          0 <i /> {formatCompact(most)}
        </span>
      </div>
    </div>
  );
}

// By the root, so that an evening of much does not make everything else look like nothing.
const heatOf = (value: number, most: number) => (value === 0 ? 0 : 14 + 86 * Math.sqrt(value / most));

function placeOfMost(rows: readonly (readonly number[])[]): Place {
  const places = rows.flatMap((values, row) => values.map((value, hour) => ({ row, hour, value })));
  return places.reduce((best, place) => (place.value > best.value ? place : best), { row: 0, hour: 0, value: 0 });
}
