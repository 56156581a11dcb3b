// hostile.test.mjs - results whose texts want to be markup. Whoever sends a result decides what is in it:
// hosts, processors, files, commands, messages. Each text of a result that the reader takes is made one
// that would run, and the page is opened: nothing may run, and each must come out as text.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync, existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { launch, open, unfold } from "./browser.mjs";

const FOLDER = join(process.env.PAGES, "hostile");
const POOLBENCH = resolve(process.env.POOLBENCH ?? "./poolbench");
const nasty = (i) => `</title></style></script></details>${i}<script>alert(${i})</script><img src=x onerror=alert(${i})>` +
  `" onfocus="alert(${i})" '&amp;&#60;b>\n]]><!--\u202egnp.\u2066`;
const marked = (i) => `</details>${i}<script>alert(${i})</script>`; // of which no reader drops or turns anything

mkdirSync(FOLDER, { recursive: true });

// Of each text in a document the path, array indices as "*": texts of one kind are made hostile together.
function texts(value, path = "", found = new Map()) {
  if (typeof value === "string") found.set(path, (found.get(path) ?? 0) + 1);
  else if (value && typeof value === "object")
    for (const [key, one] of Object.entries(value)) texts(one, `${path}/${Array.isArray(value) ? "*" : key}`, found);
  return found;
}

function made_hostile(value, names, path = "") {
  if (typeof value === "string") return names.has(path) ? nasty(names.get(path)) : value;
  if (!value || typeof value !== "object") return value;
  const of = (key, one) => made_hostile(one, names, `${path}/${Array.isArray(value) ? "*" : key}`);
  return Array.isArray(value) ? value.map((one) => of("*", one)) : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, of(key, one)]));
}

function report(file, page, env = process.env) {
  rmSync(page, { force: true });
  const done = spawnSync(POOLBENCH, ["report", file, "-o", page], { encoding: "utf8", timeout: 60000, env });
  if (done.status !== 0) {
    assert.equal(done.status, 2, `${done.status} ${done.signal}: ${done.stderr}`);
    assert.equal(done.stderr.split("\n").length, 2, `more than a line: ${done.stderr}`);
    assert.ok(!existsSync(page), "refused, and yet written");
  }
  return done.status === 0;
}

/* The paths that the reader takes any text at, as a map to the number in that text. Halves what is
 * refused until single ones are; without figures, which are not what decides it. */
function taken(document, kind) {
  const numbers = new Map([...texts(document).keys()].sort().map((path, i) => [path, 1000 + i]));
  const quick = { ...process.env, PATH: "/nowhere" };
  const file = join(FOLDER, `try-${kind}.json`);
  const accepts = (paths) => {
    writeFileSync(file, JSON.stringify(made_hostile(document, new Map(paths.map((path) => [path, numbers.get(path)])))));
    return report(file, join(FOLDER, `try-${kind}.out.html`), quick);
  };
  const of = (paths) => {
    if (!paths.length || accepts(paths)) return paths;
    if (paths.length === 1) return [];
    const half = paths.length >> 1;
    return [...of(paths.slice(0, half)), ...of(paths.slice(half))];
  };
  return new Map(of([...numbers.keys()]).map((path) => [path, numbers.get(path)]));
}

// What has come of markup in texts: elements and attributes that no template writes.
const injected = (page) => page.evaluate(() =>
  [...document.querySelectorAll("img, iframe, object, embed, form, base, [onerror], [onfocus], [onload], script ~ script, body b")]
    .map((one) => one.outerHTML.slice(0, 100)));

async function harmless(browser, file) {
  for (const javaScriptEnabled of [true, false]) {
    const { page, seen, close } = await open(browser, file, { javaScriptEnabled });
    await unfold(page);
    await page.evaluate(() => document.querySelectorAll("a[href], button, summary, [tabindex]").forEach((one) => one.focus()));
    assert.deepEqual(await injected(page), []);
    assert.deepEqual(seen, []);
    assert.equal(await page.evaluate(() => document.querySelectorAll("main").length), 1);
    assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth), "it scrolls sideways");
    await close();
  }
}

// A mark that turns the writing direction must end with the text that has it.
const unbounded = (page) => page.evaluate(() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!/[\u202a-\u202e\u2066-\u2069]/.test(node.data) || node.parentElement.closest("script, svg")) continue;
    const box = node.parentElement;
    const alone = box.childNodes.length === 1 && /block|table|list|flex|grid/.test(getComputedStyle(box).display);
    if (!box.closest("bdi, code, pre") && !alone) found.push(box.outerHTML.slice(0, 160));
  }
  return found;
});

describe("hostile results", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  for (const [kind, from] of [["run", "results/run.json"], ["check", "results/check.json"], ["plan", "results/plan.json"], ["burst", "results/burst.json"], ["duet", null]])
    it(`${kind}: no text of it becomes markup`, async () => {
      const document = JSON.parse(readFileSync(from ? join(process.env.PAGES, from) : "tests/exports/duet.json", "utf8"));
      const names = taken(document, kind);
      assert.ok(names.size >= 3, `the reader takes only ${[...names.keys()]}`);
      const file = join(FOLDER, `${kind}.json`);
      const html = join(FOLDER, `${kind}.html`);
      writeFileSync(file, JSON.stringify(made_hostile(document, names)));
      assert.ok(report(file, html), "each is taken, all are not");
      await harmless(browser, html);
      const { page, close } = await open(browser, html);
      await unfold(page);
      const text = await page.evaluate(() => document.querySelector("main").textContent);
      const shown = [...names.values()].filter((i) => text.includes(marked(i)));
      assert.ok(shown.length >= 1, `none of these is shown as it is: ${[...names.keys()]}`);
      assert.deepEqual(await unbounded(page), []);
      await close();
    });

  it("and what got in as markup would not run", async () => {
    const clean = readFileSync(join(process.env.PAGES, "run.html"), "utf8");
    const file = join(FOLDER, "injected.html");
    writeFileSync(file, clean.replace("<main>", `<main><script>alert(1)</script><img src="data:," onerror="alert(2)"><a href="javascript:alert(3)" id="run">x</a>`));
    const { page, seen, close } = await open(browser, file);
    await page.locator("#run").click();
    assert.ok(await page.locator(".tools").count(), "comfort.js runs");
    assert.deepEqual(seen.filter((one) => !/^console: .*Content Security Policy/.test(one)), []);
    assert.ok(seen.length >= 2, "nothing was refused");
    await close();
  });

  it("a file's name does not", async () => {
    const name = `a<img src=x onerror=alert(1)>&amp;"'\n\u202egnp.json`;
    const file = join(FOLDER, name);
    copyFileSync(join(process.env.PAGES, "results/run.json"), file);
    const html = join(FOLDER, "file.html");
    assert.ok(report(file, html));
    await harmless(browser, html);
  });
});
