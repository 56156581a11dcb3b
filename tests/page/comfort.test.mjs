// comfort.test.mjs - what comfort.js adds to the page of a run, and what is downloaded from it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { after, before, describe, it } from "node:test";
import { launch, open, unfold } from "./browser.mjs";

const PAGES = process.env.PAGES;

describe("comfort", () => {
  let browser;
  let page;
  let close;
  before(async () => {
    browser = await launch();
    ({ page, close } = await open(browser, join(PAGES, "run.html")));
    await unfold(page);
  });
  after(async () => {
    await close?.();
    await browser?.close();
  });

  it("a table is sorted by a column, either way, numbers by what they are", async () => {
    const table = page.locator("table:has(th button)").first();
    const count = await table.locator("thead th").count();
    let sorted = 0;
    for (let column = 0; column < count; column++) {
      const head = table.locator("thead th").nth(column);
      if (!(await head.locator("button").count())) continue;
      for (const direction of ["ascending", "descending"]) {
        await head.locator("button").click();
        assert.equal(await head.getAttribute("aria-sort"), direction);
      }
      assert.equal(await table.locator("[aria-sort]").count(), 1);
      sorted++;
    }
    assert.ok(sorted > 1);
    // A table of known cells.
    const order = await page.evaluate(() => {
      const known = [...document.querySelectorAll("table")].find((one) => one.querySelector("th button"));
      const body = known.tBodies[0];
      const texts = ["900 ns", "1.1 us", "-", "2 ms", "1,200 ns"];
      const row = body.rows[0].cloneNode(true);
      body.replaceChildren(...texts.map((text) => {
        const one = row.cloneNode(true);
        one.cells[1].removeAttribute("data-value");
        one.cells[1].textContent = text;
        return one;
      }));
      known.tHead.rows[0].cells[1].querySelector("button").click();
      return [...body.rows].map((one) => one.cells[1].textContent);
    });
    assert.deepEqual(order, ["900 ns", "1.1 us", "1,200 ns", "2 ms", "-"]);
  });

  it("a pool is hidden in tables and figures, and shown again", async () => {
    const { page, close } = await open(browser, join(PAGES, "run.html"));
    await unfold(page);
    const shown = () => page.evaluate(() => ({
      rows: [...document.querySelectorAll("tr[data-pool=ring]")].filter((one) => one.checkVisibility()).length,
      others: [...document.querySelectorAll("tr[data-pool=mutex]")].filter((one) => one.checkVisibility()).length,
      names: [...document.querySelectorAll("svg text")].filter((one) => one.textContent.trim() === "ring" && one.getClientRects().length).length,
      marks: [...document.querySelectorAll("svg :is(path, use)")].filter((one) => one.getClientRects().length).length,
    }));
    const all = await shown();
    assert.ok(all.rows > 0 && all.names > 0);
    const tick = page.getByRole("checkbox", { name: "ring", exact: true });
    await tick.uncheck();
    const without = await shown();
    assert.deepEqual([without.rows, without.names, without.others], [0, 0, all.others]);
    assert.ok(without.marks < all.marks);
    await tick.check();
    assert.deepEqual(await shown(), all);
    await close();
  });

  it("the filter leaves the figures with these words, and a link brings its figure back", async () => {
    const { page, close } = await open(browser, join(PAGES, "run.html"));
    const left = () => page.locator("main figure:visible").count();
    const all = await left();
    await page.getByRole("searchbox").fill("no figure says this");
    assert.equal(await left(), 0);
    const link = page.locator(".answers a, #finder a").first();
    await link.click();
    const to = (await link.getAttribute("href")).slice(1);
    assert.ok(await page.evaluate((id) => document.getElementById(id).checkVisibility(), to));
    await page.getByRole("searchbox").fill("");
    assert.equal(await left(), all);
    await close();
  });

  it("what is downloaded are the numbers as they were", async () => {
    const link = page.locator("a[download]").first();
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    let bytes = readFileSync(await download.path());
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
    assert.equal(download.suggestedFilename(), await link.getAttribute("download"));
    assert.ok(bytes.length > 0);
    if (/\.json(\.gz)?$/.test(download.suggestedFilename()))
      assert.deepEqual(JSON.parse(bytes), JSON.parse(readFileSync(join(PAGES, "results/run.json"))));
  });
});
