// A browser that does what it is told, a line of JSON for each order on standard input, and answers with a line each.
"use strict";

const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { chromium } = require("playwright-core");

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const ROOT = process.getuid() === 0 ? ["--no-sandbox"] : []; // Chromium's own sandbox refuses to run as root
const QUIET = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];

let browser, context, page;
let said = [];

const orders = {
  async open({ url, dark = false, width = 1280, height = 900, script = true, media = "screen" }) {
    await context?.close();
    said = [];
    context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: script,
      reducedMotion: "reduce",
    });
    page = await context.newPage();
    page.setDefaultTimeout(15000);
    page.on("console", (message) => { if (["error", "warning"].includes(message.type())) said.push(message.text()); });
    page.on("pageerror", (error) => said.push(String(error)));
    await page.emulateMedia({ media, colorScheme: dark ? "dark" : "light" });
    const answer = await page.goto(url, { waitUntil: "load" });
    return answer.status();
  },
  said: () => said,
  url: () => page.url(),
  title: () => page.title(),
  text: ({ selector }) => page.locator(selector).first().innerText(),
  count: ({ selector }) => page.locator(selector).count(),
  attribute: ({ selector, name }) => page.locator(selector).first().getAttribute(name),
  waits: ({ selector, text }) => page.locator(selector).filter({ hasText: text }).first().waitFor({ state: "visible" }),
  press: ({ keys }) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve()),
  type: ({ text }) => page.keyboard.type(text),
  click: ({ selector }) => page.locator(selector).first().click(),
  fill: ({ selector, text }) => page.locator(selector).first().fill(text),
  evaluate: ({ expression }) => page.evaluate(expression),
  screenshot: ({ path, whole = true }) => page.screenshot({ path, fullPage: whole }).then(() => null),
  async axe() {
    // By the debugger's own way in: the page's policy lets no script of others in, and is not loosened for a test.
    const session = await context.newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: AXE });
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const run = `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then((found) => JSON.stringify(
      [...found.violations.map((each) => ({
        rule: each.id, help: each.help, where: each.nodes.slice(0, 5).map((node) => node.html + " " + node.failureSummary),
      })), { passes: found.passes.length }]))`;
    const { result } = await session.send("Runtime.evaluate", { expression: run, awaitPromise: true });
    await session.detach();
    return JSON.parse(result.value);
  },
};

(async () => {
  browser = await chromium.launch({ executablePath: process.argv[2], headless: true, args: [...ROOT, ...QUIET] });
  console.log(JSON.stringify({ answer: browser.version() }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { order, ...given } = JSON.parse(line);
    try {
      console.log(JSON.stringify({ answer: (await orders[order](given)) ?? null }));
    } catch (error) {
      console.log(JSON.stringify({ problem: String(error) }));
    }
  }
  await browser.close();
})();
