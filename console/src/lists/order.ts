/** How a column stands in the order, as assistive technology is told. */
export function sorting(by: string, column: string): 'ascending' | 'descending' | 'none' {
  return by === column ? 'ascending' : by === `-${column}` ? 'descending' : 'none';
}

/** What a click on a heading asks for: numbers begin with the greatest, words with the first, and a second click turns it round. */
export function following(by: string, name: string, number = false): string {
  if (by === name) return `-${name}`;
  if (by === `-${name}`) return name;
  return number ? `-${name}` : name;
}
