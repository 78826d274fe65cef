// What models cost elsewhere, row by row. Each change acts at once; what was removed can be taken back.

import './prices.css';
import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import type { ModelPrice } from '../../../shared/prices.ts';
import { useSetting } from '../../api/settings-access.ts';
import { pricesTexts as texts } from '../../texts/prices-texts.ts';
import { PageLoading } from '../../ui/page-loading.tsx';
import { type PriceDraft, type PriceField, priceFields, readDraft } from './price-drafts.ts';
import { usePriceTable } from './use-price-table.ts';

export function PricesDialog({ onClose }: { readonly onClose: () => void }) {
  const setting = useSetting('usage.prices');
  return (
    <Modal opened onClose={onClose} title={texts.title} size={860}>
      {setting ? <PriceTable kept={setting.value} fixed={setting.setByFlag} /> : <PageLoading />}
    </Modal>
  );
}

function PriceTable({ kept, fixed }: { readonly kept: readonly ModelPrice[]; readonly fixed: boolean }) {
  const table = usePriceTable(kept);
  const { drafts, removed } = table;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {texts.about}
      </Text>
      {drafts.length > 0 && (
        <div className="kh-price kh-price-heads" aria-hidden="true">
          {priceFields.map((field) => (
            <span key={field}>{texts.fields[field]}</span>
          ))}
        </div>
      )}
      <ol className="kh-prices">
        {drafts.map((draft, at) => (
          <li key={draft.id}>
            <PriceRow draft={draft} at={at} last={at === drafts.length - 1} table={table} fixed={fixed} />
          </li>
        ))}
      </ol>
      {drafts.length === 0 && <Text size="sm">{texts.empty}</Text>}
      <Group justify="space-between">
        <Button variant="default" leftSection={<IconPlus size={15} />} onClick={table.add} disabled={fixed}>
          {texts.add}
        </Button>
        {removed && (
          <Group gap="xs" role="status">
            <Text size="sm" c="dimmed">
              {texts.removed(removed.shown.pattern || texts.unnamed)}
            </Text>
            <Button variant="default" size="xs" onClick={table.undo}>
              {texts.undo}
            </Button>
          </Group>
        )}
      </Group>
    </Stack>
  );
}

type PriceRowProps = {
  readonly draft: PriceDraft;
  readonly at: number;
  readonly last: boolean;
  readonly fixed: boolean;
  readonly table: ReturnType<typeof usePriceTable>;
};

function PriceRow({ draft, at, last, fixed, table }: PriceRowProps) {
  const { wrong } = readDraft(draft);
  const untouched =
    draft.kept === undefined && Object.values(draft.shown).every((text) => text === '' || text.length === 3);
  const name = draft.shown.pattern || texts.unnamed;
  const field = (which: PriceField) => (
    <TextInput
      key={which}
      size="xs"
      aria-label={texts.label(texts.fields[which], name)}
      placeholder={texts.placeholders[which]}
      value={draft.shown[which]}
      error={!untouched && wrong.includes(which)}
      disabled={fixed}
      inputMode={which === 'pattern' || which === 'currency' ? 'text' : 'decimal'}
      classNames={{ input: which === 'pattern' ? 'kh-mono' : 'kh-number' }}
      data-autofocus={untouched && which === 'pattern' ? '' : undefined}
      onChange={({ currentTarget }) => table.type(draft.id, which, currentTarget.value)}
      onBlur={table.commit}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  );
  return (
    <div className="kh-price">
      {priceFields.map(field)}
      <Group gap={2} wrap="nowrap" justify="flex-end">
        <Act
          label={texts.up(name)}
          disabled={fixed || at === 0}
          act={() => table.move(draft.id, -1)}
          icon={IconArrowUp}
        />
        <Act
          label={texts.down(name)}
          disabled={fixed || last}
          act={() => table.move(draft.id, 1)}
          icon={IconArrowDown}
        />
        <Act label={texts.remove(name)} disabled={fixed} act={() => table.remove(draft.id)} icon={IconTrash} />
      </Group>
      {(draft.note !== null || (wrong.length > 0 && !untouched)) && (
        <small data-tone={wrong.length > 0 && !untouched ? 'bad' : undefined}>
          {wrong.length > 0 && !untouched ? wrong.map((one) => texts.wrong[one]).join(' ') : draft.note}
        </small>
      )}
    </div>
  );
}

type ActProps = {
  readonly label: string;
  readonly disabled: boolean;
  readonly act: () => void;
  readonly icon: typeof IconTrash;
};

function Act({ label, disabled, act, icon: Icon }: ActProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={act}
    >
      <Icon size={15} />
    </ActionIcon>
  );
}
