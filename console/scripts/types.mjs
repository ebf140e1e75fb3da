// Writes src/api/types.ts from the API's description: there is no second definition of a shape.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = JSON.parse(await readFile(new URL('../openapi.json', import.meta.url), 'utf8'));
const ast = await openapiTS(document, { alphabetize: true, rootTypes: true, rootTypesNoSchemaPrefix: true });
const target = new URL('../src/api/types.ts', import.meta.url);
const text = '// Generated from openapi.json by scripts/types.mjs; not edited by hand.\n' + astToString(ast);
const before = await readFile(target, 'utf8').catch(() => '');
if (before !== text) await writeFile(target, text);
