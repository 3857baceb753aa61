// Opens reports in a headless Chromium and fails on anything a reader would stumble over.
//
//   node check.mjs CHROMIUM FOLDER REPORT...
//
// Each report is opened 1280 and 390 pixels wide, light and dark, with and without scripts. It must log no error, request
// nothing but itself, need no scrolling sideways, give axe-core no reason to object, and print. Pictures of what was seen
// and the printed page go into FOLDER.
import { mkdir, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// Modules lie where they were installed, which is where this script was copied to or is started from.
const require = createRequire(join(process.cwd(), "package.json"));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [chromium, folder, ...reports] = process.argv.slice(2);
if (reports.length === 0) {
  console.error("usage: node check.mjs CHROMIUM FOLDER REPORT...");
  process.exit(2);
}
await mkdir(folder, { recursive: true });

const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-prefers-reduced-motion"],
});
let failures = 0;
let looks = 0;

function fail(where, what) {
  failures += 1;
  console.error(`${where}: ${what}`);
}

async function look(report, { width, theme, scripts }) {
  const address = pathToFileURL(resolve(report)).href;
  const where = `${basename(report)} ${width} px ${theme} ${scripts ? "with" : "without"} scripts`;
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) fail(where, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fail(where, `error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== address) fail(where, `request: ${request.url().slice(0, 120)}`);
  });
  await page.setViewport({ width, height: 900 });
  await page.setJavaScriptEnabled(scripts);
  // The policy of the page forbids scripts that are not its own, which is what axe-core is.
  await page.setBypassCSP(true);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  await page.goto(address, { waitUntil: "load" });
  // The page's own scripts have had their chance; from here on they are those of this check.
  await page.setJavaScriptEnabled(true);
  await examine(page, where);
  await page.screenshot({ path: join(folder, `${where.replaceAll(" ", "-")}.png`) });
  // As it opens where there are no scripts, with everything open where there are.
  if (scripts) await use(page, where);
  await objections(page, where);
  await page.close();
  looks += 1;
}

async function examine(page, where) {
  const found = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    tools: document.querySelectorAll("button").length,
    headings: document.querySelectorAll("h1").length,
  }));
  if (found.over > 0) fail(where, `the page is ${found.over} px wider than the window`);
  if (found.headings !== 1) fail(where, `${found.headings} headings of the first level`);
  if (where.endsWith("without scripts") !== (found.tools === 0)) fail(where, `${found.tools} buttons`);
}

async function objections(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const violation of result.violations) {
    const places = violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ");
    fail(where, `axe: ${violation.id}: ${violation.help}: ${places}`);
  }
}

// What the scripts add must work, and what is behind summaries must be as accessible as the rest.
async function use(page, where) {
  const outcome = await page.evaluate(() => {
    const theme = () => getComputedStyle(document.body).backgroundColor;
    const before = theme();
    document.querySelector(".top button").click();
    const turned = before !== theme();
    document.querySelector(".top button").click();
    const table = [...document.querySelectorAll("main table")].find((one) => one.tBodies[0].rows.length > 3);
    const last = table.tHead.rows[0].cells.length - 1;
    table.tHead.rows[0].cells[0].querySelector("button").click();
    table.tHead.rows[0].cells[last].querySelector("button").click();
    const sorted = table.tHead.rows[0].cells[last].getAttribute("aria-sort") === "ascending";
    document.querySelectorAll("details").forEach((one) => { one.open = true; });
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return { turned, sorted, over };
  });
  if (!outcome.turned) fail(where, "the theme does not change");
  if (!outcome.sorted) fail(where, "a table does not sort");
  if (outcome.over > 0) fail(where, `with everything open, the page is ${outcome.over} px wider than the window`);
}

async function print(report) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => fail(`${basename(report)} printed`, error.message));
  await page.goto(pathToFileURL(resolve(report)).href, { waitUntil: "load" });
  const pdf = await page.pdf({ format: "A4", printBackground: true, preferCSSPageSize: true });
  await writeFile(join(folder, `${basename(report, ".html")}.pdf`), pdf);
  await page.close();
}

for (const report of reports) {
  for (const width of [1280, 390]) {
    for (const theme of ["light", "dark"]) {
      for (const scripts of [true, false]) {
        await look(report, { width, theme, scripts });
      }
    }
  }
  await print(report);
}
await browser.close();
console.log(`${reports.length} reports, ${looks} looks, ${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
