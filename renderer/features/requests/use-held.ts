// Keeps a value as it was for as long as it is held: rows that must not move under somebody's eyes.

import { useState } from 'react';

export function useHeld<Value>(value: Value, held: boolean): Value {
  const [kept, keep] = useState(value);
  // React takes a state set during rendering at once, without showing the older one first.
  if (!held && kept !== value) keep(value);
  return held ? kept : value;
}
