// An invite's link, shown this one time: to copy, and as a picture for a phone. It lives in the state of whoever opened this
// and goes with it.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { QRCodeSVG } from 'qrcode.react';
import type { MadeInvite } from '../../../shared/people-model.ts';
import { peopleTexts } from '../../texts/people-texts.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatRelative } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { isLoopbackName } from '../connect/address.ts';

const { link: texts } = peopleTexts;

export function LinkShown({ made, onClose }: { readonly made: MadeInvite; readonly onClose: () => void }) {
  const { url, kind, expiresAt } = made;
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={kind === 'reset' ? texts.resetTitle : texts.title}
      size={520}
    >
      <Stack>
        {url === null ? <Notice tone="limited">{texts.noDashboard}</Notice> : <Shown url={url} />}
        <Text size="xs" c="dimmed">
          {texts.ends(formatRelative(expiresAt, Date.now()))}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.done}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Shown({ url }: { readonly url: string }) {
  return (
    <>
      <Text size="sm">{texts.about}</Text>
      <section className="kh-code kh-invite-link" aria-label={texts.what}>
        <code>{url}</code>
        <CopyButton text={url} what={texts.what} secret />
      </section>
      {isLoopbackName(new URL(url).hostname) ? <Notice tone="limited">{texts.here}</Notice> : <Qr url={url} />}
    </>
  );
}

function Qr({ url }: { readonly url: string }) {
  return (
    <Group justify="center">
      {/* Black on white in both themes: many cameras do not read it the other way round. */}
      <QRCodeSVG
        value={url}
        size={176}
        marginSize={2}
        title={texts.qr}
        bgColor="#ffffff"
        fgColor="#000000"
        style={{ borderRadius: 8 }}
      />
    </Group>
  );
}
