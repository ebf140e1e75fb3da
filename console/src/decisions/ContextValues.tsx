import type { DecisionContextValue } from '../api/types';
import { count } from '../time/format';
import { contextRows } from './contextRows';

/**
 * What conditions could read. A key without a value is absent: the request has no such thing, and operators treat it as the
 * provider says. A key that could not be established is unknown: it never satisfies an allow and always lets a deny apply.
 */
export function ContextValues({ context, missing }: { context: DecisionContextValue[]; missing: string[] }) {
  const rows = contextRows(context, missing);
  if (rows.length === 0) return null;
  const unknown = rows.filter((row) => row.state === 'unknown').length;
  return (
    <details className="panel">
      <summary>
        <h2>Values that conditions could read</h2> <span className="quiet">{count(rows.length)}</span>
        {unknown > 0 && <span className="badge badge-warn">? {count(unknown)} unknown</span>}
      </summary>
      <table className="table table-facts table-context">
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <code>{row.key}</code>
              </th>
              <td>
                {row.state === 'unknown' && <span className="badge badge-warn">? unknown</span>}
                {row.state === 'absent' && <span className="badge badge-plain">○ absent</span>}
                {row.state === 'withheld' && <span className="badge badge-plain">○ not kept</span>}
                {row.values.map((value, index) => (
                  <code key={index} className="value">
                    {value === '' ? '(empty text)' : value}
                  </code>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet small">
        Absent: the request has no such value; operators treat it as the provider documents. Unknown: it could not be established, so it satisfies no allow and lets
        every deny apply.
      </p>
    </details>
  );
}
