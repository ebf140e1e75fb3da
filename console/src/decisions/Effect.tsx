import type { DecisionEffect } from '../api/types';

const words: Record<DecisionEffect, string> = { allow: 'Allowed', stepUp: 'Step-up', deny: 'Denied' };
const observedWords: Record<DecisionEffect, string> = { allow: 'Allowed', stepUp: 'Would ask', deny: 'Would deny' };

export function effectWord(effect: DecisionEffect, observed = false): string {
  return (observed ? observedWords : words)[effect];
}

/** An effect as shape, word and colour: a tick in a circle, an arrow in a diamond, a cross in an octagon; hollow when only observed. */
export function Effect({ effect, observed = false, only }: { effect: DecisionEffect; observed?: boolean; only?: 'shape' }) {
  return (
    <span className={`effect effect-${effect}${observed ? ' effect-observed' : ''}`}>
      <EffectShape effect={effect} />
      {only === 'shape' ? <span className="unseen">{effectWord(effect, observed)}</span> : effectWord(effect, observed)}
    </span>
  );
}

export function EffectShape({ effect }: { effect: DecisionEffect }) {
  return (
    <svg className={`shape shape-${effect}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      {effect === 'allow' && (
        <>
          <circle className="body" cx="8" cy="8" r="6.75" />
          <path className="sign" d="M4.9 8.3l2.2 2.2 4-4.6" />
        </>
      )}
      {effect === 'stepUp' && (
        <>
          <path className="body" d="M8 .9L15.1 8 8 15.1.9 8z" />
          <path className="sign" d="M8 11.4V5M5.3 7.4L8 4.7l2.7 2.7" />
        </>
      )}
      {effect === 'deny' && (
        <>
          <path className="body" d="M5.2 1.25h5.6l3.95 3.95v5.6l-3.95 3.95H5.2L1.25 10.8V5.2z" />
          <path className="sign" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />
        </>
      )}
    </svg>
  );
}
