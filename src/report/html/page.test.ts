/** The page of the HTML report in a real browser: list, filter, picture, steps, keyboard, a phone's width, without a network. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { makeProject, type Project } from '../../cli/testing/project.js';
import { ReportWriter } from './write-report.js';
import { readReport } from './read-report.js';

const CHROMIUM = '/usr/bin/chromium';
const skip = existsSync(CHROMIUM) ? false : `needs ${CHROMIUM}`;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

const FEATURE = `Feature: packets
  Background:
    Given a cluster with 2 nodes
    And the CNI is flannel with backend "vxlan"
    And pod A on node1
    And pod B on node2

  Scenario: they arrive
    Then pod A can reach pod B and is encapsulated in VXLAN

  @refused
  Scenario: nobody listens
    Then pod A can reach pod B on port 81

  Scenario: not modelled
    When node2 fails
    Then pod A cannot reach pod B
`;

describe('the page', { skip, timeout: 120_000 }, () => {
  let project: Project;
  let browser: Browser;
  let profile: string;
  let file: string;
  const asked: string[] = [];
  const broken: string[] = [];
  before(async () => {
    project = makeProject({ 'features/packets.feature': FEATURE });
    await project.hopspec(['run', '-f', 'html:report.html']);
    file = join(project.folder, 'report.html');
    profile = mkdtempSync(join(tmpdir(), 'hopspec-chromium-'));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET], env: { ...process.env, HOME: profile } });
  });
  after(async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
    project.remove();
  });

  async function open(options: { width?: number; dark?: boolean; hash?: string; path?: string } = {}): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 844 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    });
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => broken.push(error.message));
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));
    const hash = options.hash === undefined ? '' : `#${encodeURIComponent(options.hash)}`;
    await page.goto(pathToFileURL(options.path ?? file).href + hash);
    return page;
  }
  const REFUSED = { hash: 'features/packets.feature:12' };

  test('what failed is looked at first', async () => {
    const page = await open();
    await page.getByRole('main').getByRole('heading', { name: 'nobody listens' }).waitFor();
    assert.equal(await page.locator('.list a[aria-current]').innerText(), '✗\nnobody listens');
    await page.close();
  });

  test('the list filters by outcome and by words', async () => {
    const page = await open();
    const links = page.locator('.list a');
    assert.equal(await links.count(), 3);
    await page.getByRole('button', { name: '1 failed' }).click();
    assert.deepEqual(await links.allInnerTexts(), ['✗\nnobody listens']);
    await page.getByRole('button', { name: '1 failed' }).click();
    await page.getByRole('searchbox').fill('@REFUSED packets');
    assert.equal(await links.count(), 1);
    assert.equal(await page.getByRole('navigation').getByRole('status').innerText(), '1 of 3 scenarios');
    await page.close();
  });

  test('a failed claim is opened at what stopped the packet', async () => {
    const page = await open(REFUSED);
    await page.getByText('stopped by').waitFor();
    assert.match(
      (await page.locator('.facts').innerText()).replaceAll('\n', ' '),
      /stopped by NO_SOCKET pod\.default\.b no socket listens on/,
    );
    assert.match(await page.locator('.step.o-failed .message').innerText(), /expected: +/);
    assert.equal(
      await page
        .locator('.station[aria-current=step]')
        .innerText()
        .then((text) => text.split('\n').at(0)),
      '✗',
    );
    await page.close();
  });

  test('the keyboard goes through the list, and through the hops', async () => {
    const page = await open();
    await page.locator('.list a').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    const name = (await page.locator('.list a').first().innerText()).split('\n').at(-1) ?? '';
    await page.getByRole('main').getByRole('heading', { name }).waitFor();
    const status = page.getByRole('group', { name: 'Step through the hops' }).getByRole('status');
    await status.waitFor();
    assert.match(await status.innerText(), /^request · hop 1 of \d+$/);
    await page.getByRole('button', { name: 'Next hop' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    assert.match(await status.innerText(), /^request · hop 3 of/);
    await page.keyboard.press('End');
    assert.match(await status.innerText(), /^reply · hop (\d+) of \1$/);
    await page.close();
  });

  test('the picture has a pipe where the packet is in its tunnel, and a station can be chosen', async () => {
    const page = await open({ hash: 'features/packets.feature:8' });
    await page.getByRole('button', { name: 'request: encapsulates in VXLAN flannel.1' }).click();
    assert.match(await page.getByRole('region', { name: 'Hop', exact: true }).innerText(), /^encapsulate flannel\.1/);
    assert.ok((await page.locator('path.pipe').count()) > 5);
    assert.deepEqual(await page.locator('.node > h4').allInnerTexts(), ['node1', 'underlay', 'node2']);
    await page.close();
  });

  test('the capture is shown, and can be had as a file', async () => {
    const page = await open({ hash: 'features/packets.feature:8' });
    await page.getByLabel('tcpdump -n on').selectOption('node2 eth0');
    assert.match(await page.getByRole('region', { name: 'Captures' }).innerText(), /\.8472: OTV, flags \[I\]/);
    const wanted = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download pcapng' }).click();
    const download = await wanted;
    assert.equal(download.suggestedFilename(), 'pod-default-a-pod-default-b-1.pcapng');
    const bytes = readFileSync(await download.path());
    assert.equal(bytes.readUInt32LE(0), 0x0a0d0d0a);
    await page.close();
  });

  test('on a phone nothing is wider than the screen, and the way back is there', async () => {
    const page = await open({ width: 360, ...REFUSED });
    await page.getByText('stopped by').waitFor();
    assert.ok((await page.evaluate('document.documentElement.scrollWidth')) === 360);
    assert.ok(await page.getByRole('navigation').isHidden());
    await page.getByRole('link', { name: 'All scenarios' }).click();
    assert.ok(await page.getByRole('navigation').isVisible());
    await page.close();
  });

  test('it is dark where the system is, and can be told otherwise', async () => {
    const page = await open({ dark: true });
    const paper = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await paper();
    await page.getByRole('button', { name: 'Colours: auto. Change to light' }).click();
    await page.locator('html[data-theme=light]').waitFor({ state: 'attached' });
    assert.notEqual(await paper(), dark);
    await page.close();
  });

  test('every control has a name', async () => {
    const page = await open(REFUSED);
    await page.getByText('stopped by').waitFor();
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('button, a, input, select')].filter((e) => !(e.ariaLabel || e.innerText || e.labels?.length)).length`,
    );
    assert.equal(nameless, 0);
    await page.close();
  });

  test('1,000 scenarios open in two seconds, and are at most 20 MB', async () => {
    const [one] = [...readReport(readFileSync(file, 'utf8'), file).scenarios()];
    const writer = new ReportWriter();
    assert.ok(one);
    for (let i = 0; i < 1000; i++) {
      // Addresses of their own, so that no two are alike.
      const text = JSON.stringify(one)
        .replaceAll('10.244.', `10.${i % 250}.`)
        .replaceAll('192.168.1.', `192.${Math.floor(i / 4)}.1.`);
      writer.add({ ...(JSON.parse(text) as typeof one), uri: `features/${i % 50}.feature`, line: i });
    }
    const path = join(project.folder, 'many.html');
    const report = writer.finish(null);
    assert.ok(report.length < 20_000_000, `${report.length} bytes`);
    writeFileSync(path, report);
    const page = await open({ path });
    await page.locator('.list a').nth(999).waitFor({ state: 'attached' });
    // What it computed: a busy machine makes it wait besides.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const { metrics } = await session.send('Performance.getMetrics');
    const seconds = metrics.find(({ name }) => name === 'ProcessTime')?.value ?? assert.fail('no such metric');
    assert.ok(seconds < 2, `${seconds} s`);
    await page.locator('.list a').nth(999).click();
    await page.getByText('server sees').waitFor();
    await page.close();
  });

  test('nothing was asked of the network, and nothing broke', () => {
    assert.deepEqual(
      asked.filter((url) => !url.startsWith('file:') && !url.startsWith('blob:')),
      [],
    );
    assert.deepEqual(broken, []);
  });
});
