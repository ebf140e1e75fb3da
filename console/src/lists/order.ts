/** How a column stands in the order, as assistive technology is told. */
export function sorting(by: string, column: string): 'ascending' | 'descending' | 'none' {
  return by === column ? 'ascending' : by === `-${column}` ? 'descending' : 'none';
}

/** The two orders of a column with their words, the one that a first click gives first; none where it is not sorted. */
export function choices({ name, sort, number = false }: { name: string; sort?: string; number?: boolean }): [by: string, words: string][] {
  if (!sort) return [];
  const up: [string, string] = [sort, `${name}, ${number ? 'least first' : 'ascending'}`];
  const down: [string, string] = [`-${sort}`, `${name}, ${number ? 'most first' : 'descending'}`];
  return number ? [down, up] : [up, down];
}

/** What a click on a heading asks for: numbers begin with the greatest, words with the first, and a second click turns it round. */
export function following(by: string, name: string, number = false): string {
  if (by === name) return `-${name}`;
  if (by === `-${name}`) return name;
  return number ? `-${name}` : name;
}
