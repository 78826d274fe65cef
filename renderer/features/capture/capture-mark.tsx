// The mark that prompts and answers are being kept: small and red, in the rail, the header and beside a key, for as long as
// it is on. Leads to the key, or to all of them.

import { Link } from 'wouter';
import { useStatus } from '../../api/api-context.tsx';
import { captureTexts as texts } from '../../texts/capture-texts.ts';
import { formatMoment } from '../../ui/format.ts';
import { Pill } from '../../ui/pill.tsx';

export function CaptureMark({ onClick }: { readonly onClick?: () => void }) {
  const on = useStatus().data?.capture.on ?? [];
  const [first, ...others] = on;
  if (!first) return null;
  const about = texts.markAbout(on.map(({ keyName, until }) => texts.until(keyName, formatMoment(until))).join(', '));
  return (
    <Link
      href={others.length === 0 ? `/keys/${encodeURIComponent(first.keyId)}` : '/keys'}
      className="kh-capture-mark"
      title={about}
      aria-label={`${texts.mark(on.length)}. ${about}`}
      {...(onClick ? { onClick } : {})}
    >
      <Pill tone="bad" dot>
        {texts.mark(on.length)}
      </Pill>
    </Link>
  );
}

export function CapturePill({ keyId }: { readonly keyId: string }) {
  const { data: status } = useStatus();
  const until = status?.capture.on.find((window) => window.keyId === keyId)?.until;
  if (until === undefined) return null;
  return (
    <span title={texts.keyUntil(formatMoment(until))}>
      <Pill tone="bad" dot>
        {texts.pill}
      </Pill>
    </span>
  );
}
