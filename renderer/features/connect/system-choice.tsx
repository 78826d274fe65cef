// Which system's paths and shell to show.

import { Input, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { connectTexts as texts } from '../../texts/connect-texts.ts';
import { type System, systemOf, systems } from './system.ts';

export function useSystem() {
  return useState<System>(() => systemOf(navigator.platform));
}

export function SystemChoice({
  system,
  choose,
}: {
  readonly system: System;
  readonly choose: (system: System) => void;
}) {
  return (
    <Input.Wrapper label={texts.system} labelElement="div">
      <SegmentedControl
        fullWidth
        aria-label={texts.system}
        value={system}
        onChange={choose}
        data={systems.map((value) => ({ value, label: texts.systems[value] }))}
      />
    </Input.Wrapper>
  );
}
