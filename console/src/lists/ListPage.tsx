import { type ReactNode, useEffect, useRef } from 'react';
import { useResource } from '../api/useResource';
import { Link } from '../navigation/Link';
import { usePlace, withQuery } from '../navigation/location';
import { Empty, Failed, Loading, Outdated } from '../states/States';
import { count } from '../time/format';
import { SearchField, useRows } from './lists';
import { type Column, Table } from './Table';

/** A page of the API's lists. */
interface Page<T> {
  items: T[];
  total: number;
  next?: string | null;
}

interface Props<T> {
  title: string;
  /** The list of the API; the members of the URL's query that it takes are handed on. */
  path: string;
  filters: string[];
  /** What the search looks through. */
  search: string;
  /** Filters besides the search. */
  tools: ReactNode;
  /** In the heading, on the right. */
  aside?: ReactNode;
  /** Between heading and filters. */
  panel?: ReactNode;
  /** Grows when the page changed something in the list. */
  changes?: number;
  id: (item: T) => string;
  href: (item: T) => string;
  columns: [Column<T>, ...Column<T>[]];
  /** What stands there when there is nothing, with a filter set or without. */
  empty: (filtered: boolean) => { title: string; words: ReactNode };
}

/** A list with search, filters, keys and pages; every state is in the URL. */
export function ListPage<T>({ title, path, filters, search, tools, aside, panel, changes = 0, id, href, columns, empty }: Props<T>) {
  const place = usePlace();
  const field = useRef<HTMLInputElement>(null);
  const query = new URLSearchParams();
  for (const name of ['q', ...filters, 'sort', 'after']) {
    const value = place.query.get(name);
    if (value) query.set(name, value);
  }
  const { value, error, loading, reload } = useResource<Page<T>>(`${path}?${query}`, 15);
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes]);
  const items = value?.items ?? [];
  const rows = useRows(items, href, field);
  const nothing = empty(['q', ...filters].some((name) => query.has(name)));

  return (
    <main className="page" id="content">
      <header className="title">
        <h1>{title}</h1>
        {value && <span className="quiet numbers">{count(value.total)}</span>}
        <span className="push" />
        {aside}
      </header>
      {panel}
      <search className="filters">
        <SearchField field={field} text={query.get('q') ?? ''} placeholder={search} />
        {tools}
      </search>
      <Outdated error={value ? error : null} retry={reload} />
      {error && !value ? (
        <Failed error={error} retry={reload} />
      ) : loading ? (
        <Loading />
      ) : items.length === 0 ? (
        <Empty title={nothing.title}>{nothing.words}</Empty>
      ) : (
        <Table
          items={items}
          id={id}
          columns={columns}
          row={rows}
          order={{
            by: query.get('sort') ?? columns[0].sort ?? '',
            href: (by) => withQuery(place, { sort: by === columns[0].sort ? null : by, after: null }),
          }}
        />
      )}
      {value && <Pages next={value.next ?? null} after={query.get('after')} />}
    </main>
  );
}

function Pages({ next, after }: { next: string | null; after: string | null }) {
  const place = usePlace();
  if (!next && !after) return null;
  return (
    <p className="pages">
      {after && <Link href={withQuery(place, { after: null })}>← First page</Link>}
      {next && <Link href={withQuery(place, { after: next })}>Next page →</Link>}
    </p>
  );
}
