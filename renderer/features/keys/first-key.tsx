// Makes the first key and shows it once. The secret lives in this component's state and nowhere else.

import { type FormEvent, useState } from 'react';
import type { CreatedKey } from '../../../shared/model.ts';

export function FirstKey({ create }: { readonly create: (name: string) => Promise<CreatedKey> }) {
  const [name, setName] = useState('laptop');
  const [made, setMade] = useState<CreatedKey>();
  const [problem, setProblem] = useState<string>();

  function submit(event: FormEvent) {
    event.preventDefault();
    create(name).then(setMade, (error: Error) => setProblem(error.message));
  }

  if (made) {
    return (
      <section aria-label="Your key">
        <p>This key is shown once. Copy it now.</p>
        <code>{made.key}</code>
      </section>
    );
  }
  return (
    <form onSubmit={submit} aria-label="Make the first key">
      <label>
        Name of the first key <input value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <button type="submit">Create key</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
