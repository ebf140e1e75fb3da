// @cedar-policy/cedar-wasm over one estate: `node cedar.mjs ESTATE.json [SECONDS]`. Prints one JSON object.
// Cedar has no wildcards in scopes, so that actions and resources are compared in conditions, by `like`. Every limiting layer of an
// estate allows everything and denies some: its denies are forbids of the one policy set.
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { compare, estate, print, time } from './measure.mjs';

const list = (value) => (Array.isArray(value) ? value : [value]);
const text = (value) => JSON.stringify(value);
const any = (tests) => (tests.length === 1 ? tests[0] : `(${tests.join(' || ')})`);
const like = (name, pattern) => (pattern.includes('*') ? `context.${name} like ${text(pattern)}` : `context.${name} == ${text(pattern)}`);

const conditions = {
  'StringEquals aws:PrincipalTag/Team': (values) => any(values.map((value) => `context.team == ${text(value)}`)),
  'Bool aws:MultiFactorAuthPresent': (values) => any(values.map((value) => `context.mfa == ${value}`)),
  'NotIpAddress aws:SourceIp': (values) => `!${any(values.map((value) => `context.sourceIp.isInRange(ip(${text(value)}))`))}`,
};

function policy(statement) {
  const tests = [];
  if (!list(statement.Action).includes('*'))
    tests.push(any(list(statement.Action).map((action) => like('action', action.toLowerCase()))));
  if (!list(statement.Resource).includes('*'))
    tests.push(any(list(statement.Resource).map((resource) => like('resource', resource))));
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, values] of Object.entries(keys))
      tests.push(conditions[`${operator} ${key}`](list(values)));
  }
  const when = tests.length === 0 ? '' : ` when { ${tests.join(' && ')} }`;
  return `${statement.Effect === 'Allow' ? 'permit' : 'forbid'}(principal, action, resource)${when};`;
}

const statements = (documents) => documents.flatMap((document) => list(document.Statement));
const limits = statements([...(estate.boundary ?? []), ...estate.scp.flat()]).filter((statement) => statement.Effect === 'Deny');
const all = [...statements(estate.identity), ...limits].map(policy);

function preparse(id, staticPolicies) {
  const answer = preparsePolicySet(id, { staticPolicies });
  if (answer.type !== 'success')
    throw new Error(`cedar refuses the policies: ${JSON.stringify(answer.errors.slice(0, 3))}`);
}

const start = process.hrtime.bigint();
preparse('all', all.join('\n'));
const setup = Number(process.hrtime.bigint() - start) / 1e6;
preparse('one', 'permit(principal, action, resource);');

const call = (request, preparsedPolicySetId) => ({
  principal: { type: 'User', id: request.principal }, action: { type: 'Action', id: request.action }, resource: { type: 'Resource', id: request.resource },
  context: {
    action: request.action.toLowerCase(), resource: request.resource, team: request.context['aws:PrincipalTag/Team'], mfa: request.context['aws:MultiFactorAuthPresent'] === 'true',
    sourceIp: { __extn: { fn: 'ip', arg: request.context['aws:SourceIp'] } },
  },
  preparsedPolicySetId, entities: [],
});
const decide = (request) => {
  const answer = statefulIsAuthorized(call(request, 'all'));
  if (answer.type !== 'success' || answer.response.diagnostics.errors.length > 0)
    throw new Error(JSON.stringify(answer).slice(0, 400));
  return answer.response.decision;
};

const agreement = compare(decide, (answer) => (answer === 'allow' ? 'allow' : 'deny'));
const whole = await time(decide);
// One policy that tests nothing: what it costs to carry the request in and the answer out.
const marshalling = await time((request) => statefulIsAuthorized(call(request, 'one')).response.decision);
print({ peer: 'cedar-wasm', setup, whole, marshalling, ...agreement });
