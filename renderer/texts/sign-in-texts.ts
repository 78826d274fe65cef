// The sign-in that covers the dashboard.

export const signInTexts = {
  title: 'Sign in to Keyhatch',
  linkHere: 'This link signs this browser in. It works once.',
  signIn: 'Sign in',
  askForLink: 'On the computer that runs Keyhatch, ask for a sign-in link and open it here:',
  why: 'Sessions end when Keyhatch is restarted. A link works once and for ten minutes. From a checkout, put npx before it.',
} as const;
