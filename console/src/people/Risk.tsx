/** A person's risk as word, sign and colour; unknown is not none. */
export function Risk({ risk }: { risk: string | null | undefined }) {
  if (!risk) return <span className="badge badge-warn">? unknown</span>;
  if (risk === 'none') return <span className="quiet">none</span>;
  return (
    <span className={`badge ${risk === 'high' ? 'badge-bad' : 'badge-warn'}`}>
      {risk === 'high' ? '✕' : '▲'} {risk}
    </span>
  );
}
