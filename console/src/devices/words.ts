const facts: Record<string, string> = {
  os: 'Operating system',
  osPatched: 'System is patched',
  diskEncryption: 'Disk is encrypted',
  firewall: 'Firewall is on',
  screenLock: 'Screen locks',
  endpointProtection: 'Endpoint protection runs',
};

/** A fact of a device's report in words. */
export function factWords(fact: string): string {
  return facts[fact] ?? fact;
}
