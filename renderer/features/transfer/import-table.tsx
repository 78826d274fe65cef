// What becomes of each line that somebody wants to import. Says nothing of its value.

import { Table, Text } from '@mantine/core';
import type { ImportLine } from '../../../shared/transfer-model.ts';
import { transferTexts } from '../../texts/transfer-texts.ts';
import { Pill } from '../../ui/pill.tsx';

const { import: texts } = transferTexts;

type ImportTableProps = { readonly lines: readonly ImportLine[]; readonly dryRun: boolean };

export function ImportTable({ lines, dryRun }: ImportTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled with the keyboard
    <div tabIndex={0} style={{ maxHeight: 320, overflow: 'auto' }}>
      <Table className="kh-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th className="kh-number">{texts.columns.line}</Table.Th>
            <Table.Th>{texts.columns.name}</Table.Th>
            <Table.Th>{texts.columns.result}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map(({ line, name, imported, weak, says }) => (
            <Table.Tr key={line}>
              <Table.Td className="kh-number">{line}</Table.Td>
              <Table.Td style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
                {name ?? (
                  <Text span inherit c="dimmed">
                    {texts.unnamed}
                  </Text>
                )}
              </Table.Td>
              <Table.Td style={{ whiteSpace: 'normal' }}>
                <Pill tone={imported ? (dryRun ? 'accent' : 'good') : 'off'}>
                  {imported ? (dryRun ? texts.good : texts.imported) : texts.left}
                </Pill>{' '}
                {weak && <Pill tone="limited">{texts.weak}</Pill>}
                {says !== null && (
                  <Text size="xs" c="dimmed">
                    {says}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
