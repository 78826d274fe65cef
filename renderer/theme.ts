// The look: one accent; green only for running, amber for exposed or limited, red for refused or broken. Every colour that
// Mantine does not have is a variable here, once for dark and once for light, each legible on the surfaces it stands on.

import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';
import { commonTexts } from './texts/common-texts.ts';

const blue: MantineColorsTuple = [
  '#eef3ff',
  '#dbe6ff',
  '#b9ccff',
  '#98b6ff',
  '#7aa2ff',
  '#5a86f2',
  '#4171e8',
  '#2f5fe0',
  '#244dbd',
  '#1c3d97',
];

// From text (0) over lines (4) to surfaces (6), page (7) and rail (8).
const dark: MantineColorsTuple = [
  '#e7eaf0',
  '#c3c9d4',
  '#99a1b0',
  '#7f8797',
  '#2a303b',
  '#20252f',
  '#171a21',
  '#101216',
  '#0b0d11',
  '#07080a',
];

export const theme = createTheme({
  colors: { accent: blue, dark },
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  // Mantine looks at the light shade alone when it chooses what is legible on the accent, and its red is too pale for text.
  variantColorResolver(input) {
    const colors = defaultVariantColorsResolver(input);
    const filled = input.variant === 'filled';
    switch (input.color ?? 'accent') {
      case 'accent':
        return filled ? { ...colors, color: 'var(--mantine-primary-color-contrast)' } : colors;
      case 'red':
        return filled
          ? {
              ...colors,
              background: 'var(--mantine-color-red-9)',
              hover: 'var(--mantine-color-red-8)',
              color: '#ffffff',
            }
          : { ...colors, color: 'var(--kh-bad)' };
      default:
        return colors;
    }
  },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: '"JetBrains Mono", ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.84375rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.125rem', lineHeight: '1.4' }, h2: { fontSize: '0.84375rem' } },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Modal: {
      defaultProps: {
        radius: 'lg',
        centered: true,
        overlayProps: { backgroundOpacity: 0.55 },
        closeButtonProps: { 'aria-label': commonTexts.close },
        // A dialog's heading is no banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
      styles: {
        title: { fontWeight: 650, lineHeight: 1.35 },
        content: { background: 'var(--kh-surface)' },
        header: { background: 'var(--kh-surface)' },
      },
    },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 10 } },
    Switch: { defaultProps: { size: 'sm', withThumbIndicator: false } },
    Menu: { defaultProps: { position: 'bottom-end', shadow: 'md', withInitialFocusPlaceholder: false } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  dark: {
    '--mantine-color-body': '#101216',
    '--mantine-color-dimmed': '#99a1b0',
    '--mantine-color-placeholder': '#7f8797',
    '--mantine-color-default-border': '#2a303b',
    '--mantine-color-error': '#f5817b',
    '--kh-rail': '#0b0d11',
    '--kh-surface': '#171a21',
    '--kh-sunken': '#0f1115',
    '--kh-accent-text': '#7aa2ff',
    '--kh-accent-soft': 'rgba(122, 162, 255, 0.12)',
    '--kh-good': '#3fcf8e',
    '--kh-good-soft': 'rgba(63, 207, 142, 0.1)',
    '--kh-limited': '#f0b24a',
    '--kh-limited-soft': 'rgba(240, 178, 74, 0.11)',
    '--kh-bad': '#f5817b',
    '--kh-bad-soft': 'rgba(242, 113, 107, 0.11)',
    '--kh-off-soft': '#20252f',
    '--kh-chart-1': '#7aa2ff',
    '--kh-chart-2': '#3fcf8e',
    '--kh-chart-3': '#c58af9',
    '--kh-chart-4': '#f0b24a',
    '--kh-chart-5': '#f5817b',
    '--kh-chart-6': '#4cc9d8',
    '--kh-chart-7': '#e88fc5',
    '--kh-chart-8': '#b5cc5a',
    '--kh-chart-9': '#c9a27e',
    '--kh-chart-other': '#7f8797',
  },
  light: {
    '--mantine-color-body': '#f6f7f9',
    '--mantine-color-dimmed': '#566072',
    '--mantine-color-placeholder': '#6a7383',
    '--mantine-color-default-border': '#dde1e8',
    '--mantine-color-error': '#b02e28',
    '--kh-rail': '#eef0f4',
    '--kh-surface': '#ffffff',
    '--kh-sunken': '#f3f4f7',
    '--kh-accent-text': '#2a57cf',
    '--kh-accent-soft': 'rgba(47, 95, 224, 0.09)',
    '--kh-good': '#0b6b45',
    '--kh-good-soft': 'rgba(20, 137, 90, 0.1)',
    '--kh-limited': '#7d5005',
    '--kh-limited-soft': 'rgba(240, 178, 74, 0.2)',
    '--kh-bad': '#b02e28',
    '--kh-bad-soft': 'rgba(198, 58, 52, 0.09)',
    '--kh-off-soft': '#e6e9ee',
    '--kh-chart-1': '#2f5fe0',
    '--kh-chart-2': '#0f8a5f',
    '--kh-chart-3': '#8b45d6',
    '--kh-chart-4': '#b06f00',
    '--kh-chart-5': '#c63a34',
    '--kh-chart-6': '#0b7f92',
    '--kh-chart-7': '#b8408c',
    '--kh-chart-8': '#5f7a12',
    '--kh-chart-9': '#85603c',
    '--kh-chart-other': '#7a8393',
  },
});
