// A page for what is not there, or is no longer: says so, why, and leads back.

import { Button } from '@mantine/core';
import type { ComponentProps } from 'react';
import { Link } from 'wouter';
import { Empty } from './empty.tsx';
import { Page } from './page.tsx';

type DeadEndPageProps = Pick<ComponentProps<typeof Empty>, 'icon'> & {
  readonly title: string;
  readonly says: string;
  readonly hint: string;
  readonly back: { readonly href: string; readonly label: string };
};

export function DeadEndPage({ icon, title, says, hint, back }: DeadEndPageProps) {
  return (
    <Page title={title}>
      <Empty
        icon={icon}
        title={says}
        action={
          <Button component={Link} href={back.href} variant="default">
            {back.label}
          </Button>
        }
      >
        {hint}
      </Empty>
    </Page>
  );
}
