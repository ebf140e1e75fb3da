const methods: Record<string, string> = {
  pwd: 'password',
  otp: 'one-time code',
  hwk: 'passkey',
  rc: 'recovery code',
  mfa: 'second factor',
  x5t: 'client certificate',
};

/** A method of authentication (RFC 8176) in words. */
export function methodWords(method: string): string {
  return methods[method] ?? method;
}

/** How somebody proved who they are; that these were two factors follows from them. */
export function proofWords(proofs: string[]): string {
  return proofs.filter((one) => one !== 'mfa').map(methodWords).join(' + ');
}

const factors: Record<string, string> = { totp: 'authenticator app', passkey: 'passkey', recoveryCode: 'recovery codes' };

export function factorWords(factor: string): string {
  return factors[factor] ?? factor;
}

/** The part of a user agent that a person recognises. */
export function browserWords(agent: string | null | undefined): string {
  if (!agent) return 'unknown client';
  const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : agent.split(/[ /]/)[0];
  const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Windows/.test(agent) ? 'Windows' : /Mac OS X/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : null;
  return system ? `${browser} on ${system}` : (browser ?? agent);
}
