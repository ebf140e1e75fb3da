import { operations } from './operations';

const patterns = operations.map(([method, path, operation]): [string, RegExp, string] => [
  method,
  new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
  operation,
]);

/** The operation of a call, by method and path (its query does not matter); null when the API has none for it. A fixed path wins over one with a parameter. */
export function operationOf(method: string, path: string): string | null {
  const plain = path.split('?')[0]!;
  const exact = operations.find(([one, template]) => one === method && template === plain);
  return exact?.[2] ?? patterns.find(([one, pattern]) => one === method && pattern.test(plain))?.[2] ?? null;
}
