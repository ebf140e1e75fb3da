import type { ReactNode } from 'react';
import { Link } from '../navigation/Link';
import { go } from '../navigation/location';
import { choices, following, sorting } from './order';

/** A column: where the window is narrow its name stands above the value. */
export interface Column<T> {
  name: string;
  cell: (item: T) => ReactNode;
  /** The name by which the API sorts; a column without one is not sorted. */
  sort?: string;
  /** Numbers stand flush right. */
  number?: boolean;
  /** Buttons; the heading is only spoken. */
  actions?: boolean;
}

interface Props<T> {
  items: T[];
  id: (item: T) => string;
  /** The first column names the row. */
  columns: [Column<T>, ...Column<T>[]];
  row?: (index: number) => Record<string, unknown>;
  /** The order in which the items are, `-` before a column for the greatest first, and where another one is. */
  order?: { by: string; href: (by: string) => string };
}

/** Rows of things; a row becomes a card where the window is narrow. */
export function Table<T>({ items, id, columns, row, order }: Props<T>) {
  const [head, ...rest] = columns;
  return (
    <div className="table-frame">
      {order && <NarrowOrder columns={columns} order={order} />}
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={column.number ? 'number' : undefined} aria-sort={order && column.sort ? sorting(order.by, column.sort) : undefined}>
                {column.actions ? (
                  <span className="unseen">{column.name}</span>
                ) : order && column.sort ? (
                  <Link className="sort" href={order.href(following(order.by, column.sort, column.number))}>
                    {column.name}
                    <span aria-hidden="true">{{ ascending: ' ↑', descending: ' ↓', none: '' }[sorting(order.by, column.sort)]}</span>
                  </Link>
                ) : (
                  column.name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr key={id(item)} {...row?.(index)}>
              <th scope="row">{head.cell(item)}</th>
              {rest.map((column) => (
                <td key={column.name} data-label={column.actions ? undefined : column.name} className={column.number ? 'number' : column.actions ? 'actions' : undefined}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where the window is narrow there are no headings to click on: the same orders in one field. */
function NarrowOrder<T>({ columns, order }: { columns: Column<T>[]; order: { by: string; href: (by: string) => string } }) {
  return (
    <label className="sort-narrow">
      Sorted by
      <select className="field" value={order.by} onChange={(event) => go(order.href(event.target.value))}>
        {columns.flatMap((column) => choices(column).map(([by, words]) => <option key={by} value={by}>{words}</option>))}
      </select>
    </label>
  );
}

/** A part of a page with a heading, a count, and either its rows or what would fill it. */
export function TableSection<T>({ title, otherwise, tools, ...table }: Props<T> & { title: string; otherwise: ReactNode; tools?: ReactNode }) {
  return (
    <section>
      <div className="title">
        <h2>{title}</h2>
        <span className="quiet numbers">{table.items.length}</span>
        <span className="push" />
        {table.items.length > 0 && tools}
      </div>
      {table.items.length === 0 ? <p className="quiet">{otherwise}</p> : <Table {...table} />}
    </section>
  );
}
