// Opens every page of the built book in a headless Chromium and fails on anything a reader would stumble over.
//
//   node book.mjs CHROMIUM BOOK PICTURES
//
// Each page is opened 1280 and 390 pixels wide, light and dark in turn. It must log no error, ask for nothing outside of the
// book, need no scrolling sideways (tables and code scroll inside), show every image, and give axe-core no serious reason to
// object to its text. Pictures of what was seen go into PICTURES. The frame around the text is mdBook's and is not judged.
import { mkdir, readdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [chromium, book, pictures] = process.argv.slice(2);
if (!pictures) {
  console.error("usage: node book.mjs CHROMIUM BOOK PICTURES");
  process.exit(2);
}
await mkdir(pictures, { recursive: true });

// What mdBook makes besides pages: the whole book to print, the list of pages in a frame, a page for what is not there.
const NOT_PAGES = ["print.html", "toc.html", "404.html"];
const LOOKS = [{ width: 1280, theme: "light" }, { width: 390, theme: "navy" }];

const root = pathToFileURL(resolve(book)).href;
let failures = 0;
let looks = 0;

function fail(where, what) {
  failures += 1;
  console.error(`${where}: ${what}`);
}

async function pagesIn(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".html"));
  const paths = files.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return paths.filter((path) => !NOT_PAGES.includes(path)).sort();
}

// Each look has a browser of its own, since only the page in front is drawn, and one page that is led from address to address.
async function reader(browser, { width, theme }) {
  const [page] = await browser.pages();
  const seen = { where: "" };
  page.on("console", (message) => {
    if (message.type() === "error") fail(seen.where, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fail(seen.where, `error: ${error.message}`));
  page.on("request", (request) => {
    const outside = !request.url().startsWith(root) && !request.url().startsWith("data:");
    if (outside) fail(seen.where, `asks for ${request.url().slice(0, 120)}`);
  });
  page.on("requestfailed", (request) => fail(seen.where, `did not get ${request.url().slice(0, 120)}`));
  await page.setViewport({ width, height: 900 });
  await page.evaluateOnNewDocument((wanted) => {
    localStorage.setItem("mdbook-theme", wanted);
    localStorage.setItem("mdbook-sidebar", "hidden");
  }, theme);
  return async (path) => {
    seen.where = `${path} ${width} px ${theme}`;
    const begun = Date.now();
    await page.goto(`${root}/${path}`, { waitUntil: "load" });
    await examine(page, seen.where);
    await objections(page, seen.where);
    const name = `${path.replace(/\.html$/, "").replaceAll("/", "-")}-${width}.png`;
    await page.screenshot({ path: join(pictures, name) });
    looks += 1;
    if (process.env.BOOK_TIMES) console.log(`${Date.now() - begun} ms ${seen.where}`);
  };
}

async function examine(page, where) {
  const found = await page.evaluate(() => {
    const images = [...document.querySelectorAll("main img")];
    images.forEach((image) => { image.loading = "eager"; });
    const edge = document.querySelector("main").getBoundingClientRect().right;
    const scrolls = (element) => element && element !== document.body
      && (["auto", "scroll"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const wide = [...document.querySelectorAll("main *")].filter((element) =>
      element.getBoundingClientRect().right > edge + 1 && !scrolls(element));
    return {
      over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      wide: wide.slice(0, 2).map((element) => element.outerHTML.slice(0, 100)),
      broken: images.filter((image) => image.complete && image.naturalWidth === 0).map((image) => image.src),
      headings: document.querySelectorAll("main h1").length,
    };
  });
  if (found.over > 0) fail(where, `the page is ${found.over} px wider than the window`);
  for (const element of found.wide) fail(where, `wider than its column: ${element}`);
  for (const image of found.broken) fail(where, `an image that does not load: ${image}`);
  if (found.headings === 0) fail(where, "no heading of the first level");
}

async function objections(page, where) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const options = { resultTypes: ["violations"] };
    const result = await globalThis.axe.run("main", options);
    return result.violations.filter((violation) => ["serious", "critical"].includes(violation.impact))
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
  });
  for (const violation of violations) fail(where, `axe: ${violation}`);
}

const pages = await pagesIn(resolve(book));
if (pages.length === 0) fail(book, "no pages");
await Promise.all(LOOKS.map(async (look) => {
  const browser = await puppeteer.launch({
    executablePath: chromium,
    headless: true,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--allow-file-access-from-files"],
  });
  const read = await reader(browser, look);
  for (const path of pages) await read(path);
  await browser.close();
}));
console.log(`${pages.length} pages, ${looks} looks, ${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
