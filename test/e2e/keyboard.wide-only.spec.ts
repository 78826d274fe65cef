// Everything without a mouse: the palette, making a key, the switches, and leaving a dialog.

import { expect, test, visit } from './fixture.ts';

test('a key is made from the palette with nothing but the keyboard', async ({ app, subject }) => {
  await visit(app, subject, '/server');
  await expect(app.getByText('Running', { exact: true })).toBeVisible();
  await app.keyboard.press('Control+k');
  await expect(app.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await app.keyboard.type('new key');
  await app.keyboard.press('Enter');
  await expect(app.getByLabel('Name', { exact: true })).toBeFocused();
  await app.keyboard.type('by hand');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('button', { name: 'Copy key' })).toBeVisible();
});

test('Escape closes a dialog and gives the focus back', async ({ app, subject }) => {
  await visit(app, subject, '/keys');
  const button = app.getByRole('button', { name: 'New key' });
  await button.focus();
  await app.keyboard.press('Enter');
  await expect(app.getByRole('dialog')).toBeVisible();
  await app.keyboard.press('Escape');
  await expect(app.getByRole('dialog')).toBeHidden();
  await expect(button).toBeFocused();
});

test('every control of Server can be reached with Tab, and a switch turned with Space', async ({ app, subject }) => {
  await visit(app, subject, '/server');
  const bypass = app.getByRole('switch', { name: 'This computer needs no key' });
  await expect(bypass).toBeEnabled();
  for (let presses = 0; presses < 60; presses++) {
    if (await bypass.evaluate((element) => element === document.activeElement)) break;
    await app.keyboard.press('Tab');
  }
  await expect(bypass).toBeFocused();
  await app.keyboard.press('Space');
  await expect(bypass).toBeChecked();
});
