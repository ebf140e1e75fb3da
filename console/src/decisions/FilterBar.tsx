import { type RefObject, useEffect, useState } from 'react';
import type { RouteList } from '../api/types';
import { useResource } from '../api/useResource';
import { go } from '../navigation/location';
import { EffectShape, effectWord } from './Effect';
import { everyEffect, type Filter, queryOf, toggled } from './filter';

const deviceStates = ['compliant', 'noncompliant', 'stale', 'unmanaged', 'revoked'];

/** The filter of the live list; every change is a change of the URL. */
export function FilterBar({ filter, search }: { filter: Filter; search: RefObject<HTMLInputElement | null> }) {
  const routes = useResource<RouteList>('/routes');
  const [text, setText] = useState(filter.text);
  const [person, setPerson] = useState(filter.person);

  const change = (part: Partial<Filter>) => {
    const query = queryOf({ ...filter, ...part });
    go(query ? `/live?${query}` : '/live', 'replace');
  };

  useEffect(() => setText(filter.text), [filter.text]);
  useEffect(() => setPerson(filter.person), [filter.person]);
  useEffect(() => {
    if (text.trim() === filter.text && person.trim() === filter.person) return;
    const timer = setTimeout(() => change({ text, person: person.trim() }), 300);
    return () => clearTimeout(timer);
  });

  const chips: [string, Partial<Filter>][] = [];
  if (filter.basis) chips.push([`basis ${filter.basis}`, { basis: '' }]);
  if (filter.device && !deviceStates.includes(filter.device)) chips.push([`device ${filter.device}`, { device: '' }]);
  const names = routes.value?.items.map((route) => route.name) ?? [];
  if (filter.route && !names.includes(filter.route)) names.push(filter.route);

  return (
    <search className="filters">
      <input
        ref={search}
        type="search"
        className="field field-search"
        aria-label="Search decisions"
        placeholder="Path, person, address, reason…"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="segments" role="group" aria-label="Decisions shown">
        {everyEffect.map((effect) => (
          <button
            key={effect}
            type="button"
            className={`segment effect-${effect}`}
            aria-pressed={filter.effects.includes(effect)}
            onClick={() => change({ effects: toggled(filter.effects, effect) })}
          >
            <EffectShape effect={effect} />
            {effectWord(effect)}
          </button>
        ))}
      </div>
      <input
        type="search"
        className="field field-person"
        aria-label="Person, by user name"
        placeholder="Every person"
        value={person}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setPerson(event.target.value)}
      />
      <select className="field" aria-label="Route" value={filter.route} onChange={(event) => change({ route: event.target.value })}>
        <option value="">Every route</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        className="field"
        aria-label="Device state"
        value={deviceStates.includes(filter.device) ? filter.device : ''}
        onChange={(event) => change({ device: event.target.value })}
      >
        <option value="">Every device</option>
        {deviceStates.map((state) => (
          <option key={state}>{state}</option>
        ))}
      </select>
      <label className="tick">
        <input type="checkbox" checked={filter.observed} onChange={(event) => change({ observed: event.target.checked })} />
        Only observed
      </label>
      <label className="tick">
        <input type="checkbox" checked={filter.exceptRoute === 'console'} onChange={(event) => change({ exceptRoute: event.target.checked ? 'console' : '' })} />
        Without the console
      </label>
      {chips.map(([name, without]) => (
        <button key={name} type="button" className="chip" onClick={() => change(without)}>
          {name} <span aria-hidden="true">✕</span>
          <span className="unseen">remove</span>
        </button>
      ))}
    </search>
  );
}
