import { type RefObject, useEffect, useState } from 'react';
import { useKeys } from '../navigation/keys';
import { go, usePlace, withQuery } from '../navigation/location';

/** A search field whose text is the URL's `q`. */
export function SearchField({ field, text, placeholder }: { field: RefObject<HTMLInputElement | null>; text: string; placeholder: string }) {
  const place = usePlace();
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed.trim() === text) return;
    const timer = setTimeout(() => go(withQuery(place, { q: typed.trim(), after: null }), 'replace'), 250);
    return () => clearTimeout(timer);
  });
  return (
    <input
      ref={field}
      type="search"
      className="field field-search"
      aria-label={placeholder}
      placeholder={`${placeholder}…`}
      value={typed}
      maxLength={100}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

/** The keys of a list: `/` searches, `j k` move, Enter opens, Escape lets go. Gives each row its properties. */
export function useRows<T>(items: T[], href: (item: T) => string, search?: RefObject<HTMLInputElement | null>) {
  const [selected, setSelected] = useState(-1);
  const move = (by: number) => {
    const next = Math.min(items.length - 1, Math.max(0, selected + by));
    setSelected(next);
    document.querySelectorAll<HTMLElement>('[data-row]')[next]?.querySelector<HTMLElement>('a.row-link')?.focus();
  };
  useKeys({
    '/': () => search?.current?.focus(),
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const item = items[selected];
      if (item) go(href(item));
    },
    Escape: () => {
      setSelected(-1);
      (document.activeElement as HTMLElement | null)?.blur();
    },
  });
  return (index: number) => ({ 'data-row': index, className: index === selected ? 'selected' : undefined });
}
