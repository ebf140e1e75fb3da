import { useEffect, useState } from 'react';

/** A text that people quote elsewhere, with a button that copies it and says that it did. */
export function Copyable({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 3000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  return (
    <span className="copyable">
      <code>{text}</code>{' '}
      <button type="button" className="button button-small" onClick={copy} aria-label={`Copy ${what}`}>
        {state === 'copied' ? '✓ Copied' : state === 'failed' ? 'Select it by hand' : 'Copy'}
      </button>
      <span className="unseen" role="status">
        {state === 'copied' && `The ${what} is copied`}
        {state === 'failed' && `The ${what} could not be copied`}
      </span>
    </span>
  );
}
