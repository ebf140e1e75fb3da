// Looks at every page in a browser: pictures (with --pictures DIR), axe (WCAG 2.2 AA), no scrolling sideways, no console error,
// under the same Content-Security-Policy-relevant rules as the built console. Needs Debian's chromium.
import { mkdir } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const at = process.argv.indexOf('--pictures');
const pictures = at > 0 ? process.argv[at + 1] : null;
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : null;
const port = Number(process.env.PORT ?? 5173);
const base = `http://127.0.0.1:${port}`;

const widths = [1440, 768, 390];
const pages = {
  overview: '/',
  live: '/live?rate=40',
  'live-filtered': '/live?effect=deny&person=alice',
  decision: '/decisions/sample',
  people: '/people',
  'create-person': '/people?create=true',
  person: '/people/p-alice',
  devices: '/devices?enrol=true',
  device: '/devices/d-bob',
  routes: '/routes',
  'empty-overview': '/?case=empty',
  'empty-live': '/live?case=empty',
  'empty-people': '/people?case=empty',
  'empty-devices': '/devices?case=empty',
  'empty-routes': '/routes?case=empty',
  'long-live': '/live?case=long',
  'long-people': '/people?case=long',
  'long-person': '/people/p-alice?case=long',
  'long-decision': '/decisions/sample?case=long',
  'long-routes': '/routes?case=long',
  'loading-people': '/people?case=slow',
  'loading-overview': '/?case=slow',
  refused: '/people?case=error',
  'refused-overview': '/?case=error',
  'refused-live': '/live?case=error',
  lost: '/nothing/here',
};

const server = spawn(process.execPath, ['node_modules/vite/bin/vite.js', '--config', 'vite.preview.config.ts'], { stdio: 'ignore', env: { ...process.env, PORT: String(port) } });
let faults = 0;
try {
  await answering();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  if (pictures) await mkdir(pictures, { recursive: true });
  for (const theme of ['light', 'dark'])
    for (const width of widths) {
      const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: theme, reducedMotion: 'reduce' });
      for (const [name, path] of Object.entries(pages)) if (!only || only.split(',').includes(name)) faults += await look(context, name, path, theme, width);
      await context.close();
    }
  await browser.close();
} finally {
  server.kill();
}
console.log(faults === 0 ? 'every page: no violation, no error' : `${faults} faults`);
process.exit(faults === 0 ? 0 : 1);

async function look(context, name, path, theme, width) {
  const page = await context.newPage();
  const said = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && !/status of 40[34]/.test(message.text()) && said.push(message.text()));
  await page.goto(base + path);
  await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
  if (!name.startsWith('loading')) await page.waitForFunction(() => !document.querySelector('.loading'));
  await page.waitForTimeout(400);
  if (pictures) await page.screenshot({ path: `${pictures}/${name}-${theme}-${width}.png`, fullPage: !name.includes('live') });
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  for (const violation of violations)
    said.push(`${violation.id}: ${violation.help}\n    ${violation.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1] ?? ''}`).join('\n    ')}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) said.push(`scrolls sideways by ${over} px`);
  for (const line of said) console.log(`${name} ${theme} ${width}: ${line}`);
  await page.close();
  return said.length;
}

async function answering() {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await fetch(base).then((answer) => answer.ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`The preview does not answer on ${base}.`);
}
