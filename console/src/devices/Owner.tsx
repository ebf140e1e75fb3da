import type { EntityRef } from '../api/types';
import { Link } from '../navigation/Link';

/** Who owns a device. Of a deleted account only the name is left: no user name has a colon. */
export function Owner({ owner }: { owner: EntityRef }) {
  if (owner.name.startsWith('deleted: '))
    return (
      <span className="quiet">
        <bdi>{owner.name}</bdi>
      </span>
    );
  return (
    <Link href={`/people/${encodeURIComponent(owner.id)}`}>
      <bdi>{owner.name}</bdi>
    </Link>
  );
}
