// Which of what is exposed is worth a notice.

import { expect, test } from 'vitest';
import { createExposureNews } from '../../../electron/desktop/exposure-news.ts';
import type { Exposure } from '../../../shared/network-model.ts';

const tunnel: Exposure = {
  id: 'tunnel',
  check: 'tunnel',
  result: 'warning',
  says: 'Requests come through a tunnel.',
  cure: null,
  byItself: true,
};

test('what comes about by itself is told while it is new, and again once it was closed', () => {
  const news = createExposureNews();
  expect(news([])).toEqual({ open: [], closed: [] });
  expect(news([tunnel])).toEqual({ open: [tunnel], closed: [] });
  expect(news([{ ...tunnel, cure: 'Last at 12:01.' }])).toEqual({ open: [], closed: [] });
  expect(news([])).toEqual({ open: [], closed: ['tunnel'] });
  expect(news([tunnel])).toEqual({ open: [tunnel], closed: [] });
});

test('what somebody switched on here is no news to them', () => {
  expect(createExposureNews()([{ ...tunnel, byItself: false }])).toEqual({ open: [], closed: [] });
});
