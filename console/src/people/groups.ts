/** The names in what was typed, each once. Only space stands between them: a name may have commas. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((name) => name !== ''))];
}

/** What has to be joined and left to come from one set of groups to another. */
export function changeOf(present: readonly string[], wanted: readonly string[]): { join: string[]; leave: string[] } {
  return { join: wanted.filter((name) => !present.includes(name)), leave: present.filter((name) => !wanted.includes(name)) };
}
