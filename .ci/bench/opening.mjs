/** How long a browser takes from a report's address to the list of its scenarios and the picture of one, drawn. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Milliseconds by the clock, each on a page of its own; undefined where there is no browser. */
export async function openingMs(file, times = 5) {
  if (!existsSync(CHROMIUM)) return undefined;
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const measured = [];
    for (let i = 0; i < times; i++) measured.push(await openOnce(browser, pathToFileURL(file).href));
    return measured.sort((a, b) => a - b)[Math.floor(times / 2)];
  } finally {
    await browser.close();
  }
}

async function openOnce(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 844 } });
  const start = performance.now();
  await page.goto(address);
  await page.locator('.list a').first().waitFor();
  await page.locator('.station').first().waitFor();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const ms = performance.now() - start;
  await page.close();
  return ms;
}
