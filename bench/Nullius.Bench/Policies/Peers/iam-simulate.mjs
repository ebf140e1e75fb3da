// @cloud-copilot/iam-simulate over one estate: `node iam-simulate.mjs ESTATE.json [SECONDS]`. Prints one JSON object.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { loadPolicy } from '@cloud-copilot/iam-policy';
import { compare, estate, print, time } from './measure.mjs';

// The engine behind its entry point takes policies that were loaded before: the decision alone.
const inside = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/@cloud-copilot/iam-simulate/dist/esm');
readdirSync(inside);
const load = (path) => import(pathToFileURL(join(inside, path)).href);
const { authorize } = await load('core_engine/CoreSimulatorEngine.js');
const { AwsRequestImpl } = await load('request/request.js');
const { RequestContextImpl } = await load('requestContext.js');
const { DiscoveryContextKeyConstraints } = await load('context_keys/discoveryContextKeyConstraints.js');

const named = (documents, prefix) => documents.map((policy, i) => ({ name: `${prefix}-${i}`, policy }));
const levels = estate.scp.map((level, i) => ({ orgIdentifier: `level-${i}`, policies: named(level, `scp-${i}`) }));
const boundary = estate.boundary && named(estate.boundary, 'boundary');
const identity = named(estate.identity, 'identity');
// The provider's own default: it allows everything.
const rcp = [{ orgIdentifier: 'root', policies: named([{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] }], 'rcp') }];

const start = process.hrtime.bigint();
const loaded = (list) => list.map((one) => loadPolicy(one.policy, { name: one.name }));
const loadedLevels = (list) => list.map((level) => ({ orgIdentifier: level.orgIdentifier, policies: loaded(level.policies) }));
const policies = {
  sessionPolicy: undefined, identityPolicies: loaded(identity), serviceControlPolicies: loadedLevels(levels), resourceControlPolicies: loadedLevels(rcp),
  resourcePolicy: undefined, permissionBoundaries: boundary && loaded(boundary), vpcEndpointPolicies: undefined,
  simulationParameters: { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) },
  serviceSettings: { s3: { blockPublicAccess: undefined } },
};
const setup = Number(process.hrtime.bigint() - start) / 1e6;

const decide = (request) => authorize({
  ...policies,
  request: new AwsRequestImpl(request.principal, { resource: request.resource, accountId: request.account }, request.action, new RequestContextImpl(request.context)),
}).result;
const whole = (request) => runUnsafeSimulation({
  identityPolicies: identity, serviceControlPolicies: levels, resourceControlPolicies: rcp, permissionBoundaryPolicies: boundary,
  request: { principal: request.principal, action: request.action, resource: { resource: request.resource, accountId: request.account }, contextVariables: request.context },
}, {});

const words = { allow: 'Allowed', explicitDeny: 'ExplicitlyDenied', implicitDeny: 'ImplicitlyDenied' };
const agreement = compare(decide, (answer) => words[answer]);
print({ peer: 'iam-simulate', setup, alone: await time(decide), whole: await time(whole), ...agreement });
