import type { DecisionEffect } from '../api/types';

/** Which decisions are shown: the same members as the API's query, as they stand in the URL. */
export interface Filter {
  effects: DecisionEffect[];
  route: string;
  /** A route that is left out. */
  exceptRoute: string;
  person: string;
  device: string;
  basis: string;
  observed: boolean;
  text: string;
}

export const everyEffect: DecisionEffect[] = ['allow', 'stepUp', 'deny'];

export function filterOf(query: URLSearchParams): Filter {
  const named = (query.get('effect') ?? '').split(',');
  return {
    effects: everyEffect.filter((effect) => named.includes(effect)),
    route: query.get('route') ?? '',
    exceptRoute: query.get('exceptRoute') ?? '',
    person: query.get('person') ?? '',
    device: query.get('device') ?? '',
    basis: query.get('basis') ?? '',
    observed: query.get('observed') === 'true',
    text: query.get('q') ?? '',
  };
}

/** Canonical: two filters that show the same give the same text. */
export function queryOf(filter: Filter): string {
  const query = new URLSearchParams();
  const effects = everyEffect.filter((effect) => filter.effects.includes(effect));
  if (effects.length > 0 && effects.length < everyEffect.length) query.set('effect', effects.join(','));
  for (const name of ['route', 'exceptRoute', 'person', 'device', 'basis'] as const) if (filter[name].trim()) query.set(name, filter[name].trim());
  if (filter.observed) query.set('observed', 'true');
  const text = filter.text.trim().replace(/\s+/g, ' ');
  if (text) query.set('q', text);
  return query.toString();
}

/** Effects after one toggle; none chosen and all chosen both mean every effect. */
export function toggled(effects: DecisionEffect[], effect: DecisionEffect): DecisionEffect[] {
  const next = effects.includes(effect) ? effects.filter((one) => one !== effect) : [...effects, effect];
  return next.length === everyEffect.length ? [] : everyEffect.filter((one) => next.includes(one));
}
