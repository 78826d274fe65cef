// Where an address without a page leads: the first steps for who has taken none, the server for everybody else.

import { Redirect } from 'wouter';
import { useKeys } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { useSetting } from '../../api/settings-access.ts';
import { Answer } from '../../ui/answer.tsx';

export function StartPage() {
  const { manages, sees } = useAbilities();
  if (!manages) return <Redirect to={sees ? '/server' : '/keys'} replace />;
  return <FirstOrServer />;
}

function FirstOrServer() {
  const keys = useKeys();
  const welcomed = useSetting('window.welcomed');
  return (
    <Answer query={{ ...keys, data: welcomed && keys.data }}>
      {(list) => <Redirect to={list.length === 0 && !welcomed?.value ? '/welcome' : '/server'} replace />}
    </Answer>
  );
}
