const states: Record<string, [string, string, string]> = {
  compliant: ['badge-good', '✓', 'compliant'],
  noncompliant: ['badge-bad', '✕', 'not compliant'],
  stale: ['badge-warn', '▲', 'stale'],
  unmanaged: ['badge-plain', '○', 'unmanaged'],
  revoked: ['badge-bad', '✕', 'revoked'],
};

/** The state of a device as shape, word and colour. */
export function DeviceState({ state }: { state: string }) {
  const [look, sign, words] = states[state] ?? ['badge-warn', '?', state];
  return (
    <span className={`badge ${look}`}>
      <span aria-hidden="true">{sign}</span> {words}
    </span>
  );
}
