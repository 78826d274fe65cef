// Adds a model server: one that was found on this computer, or any other by its address. What people type here goes to
// Keyhatch and nowhere else; the credential is forgotten with the dialog.

import { Alert, Button, Group, Loader, Modal, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { DetectedServer } from '../../../shared/model.ts';
import { type UpstreamKind, upstreamKindNames, upstreamKindRow } from '../../../shared/upstream-kinds.ts';
import { useCalls } from '../../api/api-context.tsx';
import { modelsTexts } from '../../texts/models-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { formatCount } from '../../ui/format.ts';
import { Pill } from '../../ui/pill.tsx';

const { form: texts } = modelsTexts;

type NewUpstream = {
  readonly url: string;
  readonly name?: string;
  readonly kind?: UpstreamKind;
  readonly credential?: string;
};

export function AddUpstream({ opened, close }: { readonly opened: boolean; readonly close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title={modelsTexts.add} size="lg">
      {/* Mounted anew each time: nothing that was typed stays behind. */}
      {opened && <Body close={close} />}
    </Modal>
  );
}

function Body({ close }: { readonly close: () => void }) {
  const { add, error, isPending } = useAdd(close);
  const form = useForm({ initialValues: { url: '', name: '', kind: '', credential: '' } });
  const submit = form.onSubmit(({ url, name, kind, credential }) =>
    add({
      url: url.trim(),
      ...(name.trim() ? { name: name.trim() } : {}),
      ...(kind ? { kind: kind as UpstreamKind } : {}),
      ...(credential ? { credential } : {}),
    }),
  );
  function choose(server: DetectedServer): void {
    if (server.needsCredential) form.setValues({ url: server.url, kind: server.kind });
    else void add({ url: server.url, kind: server.kind });
  }
  return (
    <Stack gap="md">
      <Found choose={choose} busy={isPending} />
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm" fw={600} component="h3">
            {texts.or}
          </Text>
          <TextInput
            label={texts.address}
            description={texts.addressHint}
            required
            data-autofocus
            maxLength={2000}
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('url')}
          />
          <Group grow align="flex-start">
            <TextInput
              label={texts.name}
              placeholder={texts.nameHint}
              maxLength={80}
              autoComplete="off"
              {...form.getInputProps('name')}
            />
            <Select
              label={texts.kind}
              data={[{ value: '', label: texts.recognise }, ...kinds()]}
              allowDeselect={false}
              {...form.getInputProps('kind')}
            />
          </Group>
          <PasswordInput
            label={texts.credential}
            description={texts.credentialHint}
            maxLength={2000}
            autoComplete="new-password"
            {...form.getInputProps('credential')}
          />
          {error && (
            <Alert color="red" variant="light" role="alert">
              {error.message}
            </Alert>
          )}
          <Group justify="space-between">
            <Text size="xs" c="dimmed" role="status">
              {isPending && texts.checking}
            </Text>
            <Button type="submit" loading={isPending} disabled={form.values.url.trim() === ''}>
              {texts.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

const kinds = () =>
  upstreamKindNames
    .filter((kind) => kind !== 'echo' && kind !== 'unknown')
    .map((kind) => ({ value: kind, label: upstreamKindRow(kind).name }));

function useAdd(done: () => void) {
  const calls = useCalls();
  const queries = useQueryClient();
  const ask = useAsk();
  const { mutateAsync, isPending, error } = useMutation(
    calls.upstreams.add.mutationOptions({
      // It may hold a credential, which must not stay in the cache of what was asked.
      gcTime: 0,
      // Said in the dialog.
      meta: { quiet: true },
      onSettled: () =>
        Promise.all([
          queries.invalidateQueries({ queryKey: calls.upstreams.list.key() }),
          queries.invalidateQueries({ queryKey: calls.detect.run.key() }),
        ]),
    }),
  );
  async function add(input: NewUpstream, confirm = false): Promise<void> {
    try {
      await mutateAsync({ ...input, confirm });
      done();
    } catch (failure) {
      if (!(failure instanceof KeyhatchError) || failure.code !== 'confirmation_needed') return;
      const agreed = await ask.confirm({
        title: texts.confirmTitle,
        consequence: String(failure.details['consequence']),
        act: texts.confirm,
      });
      if (agreed) await add(input, true);
    }
  }
  const asked = error instanceof KeyhatchError && error.code === 'confirmation_needed';
  return { add, isPending, error: asked ? null : error };
}

type FoundProps = { readonly choose: (server: DetectedServer) => void; readonly busy: boolean };

function Found({ choose, busy }: FoundProps) {
  const query = useQuery(useCalls().detect.run.queryOptions({ staleTime: 10_000 }));
  const found = query.data ?? [];
  const news = found.filter(({ added }) => !added);
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text size="sm" fw={600} component="h3">
          {texts.found}
        </Text>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          disabled={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {texts.lookAgain}
        </Button>
      </Group>
      <div role="status">
        {query.isFetching ? (
          <Group gap={8} mih={30}>
            <Loader size={14} />
            <Text size="sm" c="dimmed">
              {texts.looking}
            </Text>
          </Group>
        ) : (
          news.length === 0 && (
            <Text size="sm" c="dimmed">
              {query.error?.message ?? texts.nothingFound}
            </Text>
          )
        )}
      </div>
      {!query.isFetching &&
        news.map((server) => <FoundRow key={server.url} server={server} choose={choose} busy={busy} />)}
    </Stack>
  );
}

function FoundRow({ server, choose, busy }: FoundProps & { readonly server: DetectedServer }) {
  const { name, url, models, needsCredential } = server;
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Group gap={8}>
          <Text size="sm">{name}</Text>
          {needsCredential && <Pill tone="limited">{texts.needsCredential}</Pill>}
        </Group>
        <Text size="xs" c="dimmed" className="kh-clip">
          <code>{url}</code> · {modelsTexts.models(models.length, formatCount(models.length))}
        </Text>
      </div>
      <Button
        variant="default"
        size="xs"
        disabled={busy}
        onClick={() => choose(server)}
        aria-label={(needsCredential ? texts.useThis : texts.addThis)(name)}
      >
        {needsCredential ? texts.useShort : texts.addShort}
      </Button>
    </Group>
  );
}
