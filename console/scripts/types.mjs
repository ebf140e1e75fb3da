// Writes src/api/types.ts from the API's description: there is no second definition of a shape.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = JSON.parse(await readFile(new URL('../openapi.json', import.meta.url), 'utf8'));
const ast = await openapiTS(document, { alphabetize: true, rootTypes: true, rootTypesNoSchemaPrefix: true });
const target = new URL('../src/api/types.ts', import.meta.url);
const text = '// Generated from openapi.json by scripts/types.mjs; not edited by hand.\n' + astToString(ast);
const before = await readFile(target, 'utf8').catch(() => '');
if (before !== text) await writeFile(target, text);

// Which operation a call is: what a policy names, and what a step-up is asked for.
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { operationId }]) => (operationId ? [[method.toUpperCase(), path, operationId]] : [])),
);
await writeFile(
  new URL('../src/api/operations.ts', import.meta.url),
  `// Generated from openapi.json by scripts/types.mjs; not edited by hand.\nexport const operations: [method: string, path: string, operation: string][] = ${JSON.stringify(operations, null, 2)};\n`,
);
