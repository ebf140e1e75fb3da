import { type ReactNode, useEffect, useRef, useState } from 'react';
import { takeProven } from '../actions/proof';
import { act, ApiError } from '../api/client';
import type { CreatedPerson, PersonToCreate } from '../api/types';
import { useMe } from '../frame/me';
import { Link } from '../navigation/Link';
import { Copyable } from '../states/Copy';
import { Time } from '../time/Time';
import { namesIn } from './groups';

const operation = 'CreatePerson';
const path = '/people';
const nothing = { userName: '', displayName: '', groups: '' };

/**
 * Creates a person and shows the code of their first sign-in. INVARIANT: the code lives in this component and nowhere else;
 * what is kept while the administrator proves more are names.
 */
export function Create({ onMade }: { onMade: () => void }) {
  const me = useMe();
  const first = useRef<HTMLInputElement>(null);
  const [given, setGiven] = useState(nothing);
  const [made, setMade] = useState<CreatedPerson | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const answer = me?.operations.find((one) => one.operation === operation);
  const refused = answer?.effect === 'deny';
  const field = (name: keyof typeof nothing) => ({
    className: 'field',
    value: given[name],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value }),
  });

  useEffect(() => {
    const proven = takeProven<PersonToCreate>(operation, path);
    if (!proven) return first.current?.focus();
    setGiven({ userName: proven.userName, displayName: proven.displayName ?? '', groups: (proven.groups ?? []).join(' ') });
    void make(proven);
    // Only at the beginning of the page's life.
  }, []);

  async function make(person: PersonToCreate) {
    setBusy(true);
    setError(null);
    setMade(null);
    try {
      setMade(await act<CreatedPerson>(path, person));
      setGiven(nothing);
      onMade();
    } catch (fault) {
      setError(fault instanceof ApiError ? fault : new ApiError(0, 'It could not be done', String(fault)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="panel" aria-labelledby="create-person">
      <h2 id="create-person">Create a person</h2>
      <form
        className="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void make({ userName: given.userName.trim(), displayName: given.displayName.trim(), groups: namesIn(given.groups) });
        }}
      >
        <Labelled label="User name">
          <input ref={first} required maxLength={64} autoCapitalize="none" {...field('userName')} />
        </Labelled>
        <Labelled label="Display name (optional)">
          <input maxLength={200} {...field('displayName')} />
        </Labelled>
        <Labelled label="Groups, with spaces between them (optional)">
          <input maxLength={4000} autoCapitalize="none" {...field('groups')} />
        </Labelled>
        <button type="submit" className="button button-accent" disabled={busy || refused}>
          {busy ? 'Working…' : 'Create'}
        </button>
      </form>
      {refused ? (
        <p className="quiet">Not allowed: {answer.reasons.join(' ')}</p>
      ) : (
        <p className="quiet">They get a one-time code, with which they choose a password and enrol a second factor. What the groups grant holds from then on; a name that is new becomes a group.</p>
      )}
      {error && (
        <p role="alert">
          <b>{error.title}.</b> {error.message} {error.reasons.join(' ')}
        </p>
      )}
      {made && <Made made={made} />}
    </section>
  );
}

function Made({ made }: { made: CreatedPerson }) {
  return (
    <div role="status" className="code">
      <p>
        <Link href={`/people/${encodeURIComponent(made.person.id)}`}>
          <bdi>{made.person.name}</bdi>
        </Link>{' '}
        is created. Their code for the first sign-in, good once, until <Time at={made.expiresAt} /> (<Time at={made.expiresAt} as="relative" />
        ). <b>It is shown only now.</b>
      </p>
      <p className="code-value">
        <Copyable text={made.code} what="code" />
      </p>
      <p>
        Hand it over by a way that you trust. At <code>{made.page}</code> it sets a password, and the first sign-in enrols a second factor.
      </p>
      <p className="quiet small">
        Audit record{' '}
        <Link href={`/decisions/${encodeURIComponent(made.reference)}`}>
          <code>{made.reference}</code>
        </Link>
      </p>
    </div>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="stacked">
      {label}
      {children}
    </label>
  );
}
