// Where the question who one is appears, whatever asked for it. The dialog is fetched when somebody must answer it.

import { lazy, Suspense, useSyncExternalStore } from 'react';
import { useApi } from '../../api/api-context.tsx';

const ProofDialog = lazy(() => import('./proof-dialog.tsx').then(({ ProofDialog: dialog }) => ({ default: dialog })));

export function ProofPlace() {
  const { proofs } = useApi();
  const asked = useSyncExternalStore(proofs.subscribe, proofs.asked);
  if (!asked) return null;
  return (
    <Suspense fallback={null}>
      <ProofDialog settle={proofs.settle} />
    </Suspense>
  );
}
