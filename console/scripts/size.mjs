// The first load must stay small: everything that index.html names, compressed. Fails past the bound.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const bound = 300 * 1000;
const dist = new URL('../dist/', import.meta.url);
const assets = (await readdir(new URL('assets/', dist))).map((name) => `assets/${name}`);
let total = 0;
for (const name of ['index.html', 'theme.js', ...assets]) total += gzipSync(await readFile(new URL(name, dist)), { level: 6 }).length;
console.log(`first load: ${(total / 1000).toFixed(1)} kB compressed, bound ${bound / 1000} kB`);
if (total > bound) process.exit(1);
