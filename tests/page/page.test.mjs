// page.test.mjs - each page of PAGES/*.html in a browser: what holds for every page of ours.
import assert from "node:assert/strict";
import { readdirSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { AXE, launch, open, unfold } from "./browser.mjs";
import { faint } from "./contrast.mjs";

const PAGES = process.env.PAGES;
const SHOTS = join(PAGES, "shots");
const WIDTHS = [380, 768, 1280];
const NARROW = ["run", "several"]; // the markup of the others is the same
const pages = readdirSync(PAGES).filter((name) => name.endsWith(".html")).sort();
mkdirSync(SHOTS, { recursive: true });

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

// A screenshot of the page's top.
const shoot = (page, name) => page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true,
  clip: { x: 0, y: 0, width: page.viewportSize().width, height: 3500 } });

async function with_page(file, options, act) {
  const { page, seen, close } = await open(browser, join(PAGES, file), options);
  try {
    await act(page);
    assert.deepEqual(seen, []);
  } finally {
    await close();
  }
}

// What sticks out of the page at its width: elements by name, none where it does not scroll.
const sideways = (page) => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll("*")].filter((one) => !one.closest(".scroll") && one.getBoundingClientRect().right > width + 1)
    .map((one) => `${one.localName}.${one.className} to ${Math.round(one.getBoundingClientRect().right)} of ${width}`).concat("the page").slice(0, 5);
});

// axe's; and what of them is another in the dark: no markup, the colours only.
const EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/* The violations that axe finds, a line each. Of tables the first rows are left to it, because it takes seconds
 * for thousands, and of drawings the outside: contrast.mjs looks at what is written in them. */
async function violations(page, rules = EVERY_RULE) {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll("tbody > tr:nth-child(n + 4), svg > :not(title, desc)")) one.remove();
  });
  await page.evaluate(AXE);
  const found = await page.evaluate((runOnly) => axe.run({ resultTypes: ["violations"], runOnly }), rules);
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes[0].html.slice(0, 160)} (${one.nodes.length})`);
}

/* What a keyboard should reach that Tab has not come to, and what comes out of order; from the top
 * of the page to its end. */
async function unreached(page) {
  await page.evaluate(() => {
    window.reach = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")]
      .filter((one) => one.checkVisibility() && one.tabIndex >= 0);
    window.reached = [];
    document.addEventListener("focusin", (event) => reached.push(event.target));
    document.activeElement?.blur();
    window.scrollTo(0, 0);
  });
  const count = await page.evaluate(() => reach.length);
  assert.ok(count > 0);
  for (let i = 0; i < count + 1; i++) await page.keyboard.press("Tab");
  return page.evaluate(() => {
    const name = (one) => one.outerHTML.slice(0, 120);
    const missed = reach.filter((one) => !reached.includes(one)).map((one) => `never reached: ${name(one)}`);
    const order = reached.slice(0, reach.length).findIndex((one, i) => one !== reach[i]);
    if (order >= 0 && !missed.length) missed.push(`out of order: ${name(reached[order])}`);
    return missed;
  });
}

// What is written in a drawing and reaches over its edge, where nobody sees it.
const over = (page) => page.evaluate(() => [...document.querySelectorAll("svg text")].filter((text) => text.textContent.trim() !== "").flatMap((text) => {
  const box = text.getBoundingClientRect();
  const svg = text.closest("svg").getBoundingClientRect();
  const by = Math.max(svg.left - box.left, box.right - svg.right, svg.top - box.top, box.bottom - svg.bottom);
  return by > 1 ? [`"${text.textContent.trim()}" by ${by.toFixed(1)} px in ${text.closest("figure").id}`] : [];
}));

// Figures and tables that paper of so many pixels cuts off.
const cut = (page, width) => page.evaluate((limit) =>
  [...document.querySelectorAll("svg, table, pre")].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > limit + 1)
    .map((one) => `${one.localName} in #${one.closest("section")?.id} to ${Math.round(one.getBoundingClientRect().right)} of ${limit}`), width);

// Two at a time, each in a context of its own.
describe("pages", { concurrency: 2 }, () => {
  it("there are some", () => assert.ok(pages.length > 0));

  for (const file of pages) {
    const name = basename(file, ".html");

    it(`${name}: asks for nothing, says nothing, does not scroll sideways`, () => with_page(file, {}, async (page) => {
      assert.deepEqual(await over(page), []);
      await unfold(page);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        assert.deepEqual(await sideways(page), [], `at ${width} px`);
      }
    }));

    for (const [colorScheme, rules] of [["light", EVERY_RULE], ["dark", OF_COLOURS]])
      it(`${name}: accessible in ${colorScheme}`, () => with_page(file, { colorScheme }, async (page) => {
        await shoot(page, `${name}-${colorScheme}`);
        await unfold(page);
        assert.deepEqual(await faint(page), []);
        assert.deepEqual(await violations(page, rules), []);
      }));

    it(`${name}: on a phone`, () => with_page(file, { viewport: { width: 380, height: 800 } }, async (page) => {
      await shoot(page, `${name}-phone`);
      if (!NARROW.includes(name)) return;
      await unfold(page);
      assert.deepEqual(await violations(page), []);
    }));

    it(`${name}: the keyboard skips and unfolds`, () => with_page(file, {}, async (page) => {
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
      await page.keyboard.press("Enter");
      assert.notEqual(await page.evaluate(() => document.querySelector(location.hash)), null);
      for (const summary of (await page.$$("details:not([open]) > summary")).slice(0, 1)) {
        await summary.focus();
        await page.keyboard.press("Enter");
        assert.ok(await summary.evaluate((one) => one.parentElement.open));
      }
    }));

    it(`${name}: the keyboard reaches everything`, () => with_page(file, {}, async (page) => {
      await unfold(page);
      assert.deepEqual(await unreached(page), []);
    }));

    it(`${name}: whole without scripts`, async () => {
      const text = (page) => page.evaluate(() => [...document.querySelectorAll("main")].map((one) => one.textContent).join().replace(/\s+/g, " "));
      let scripted;
      await with_page(file, {}, async (page) => {
        await page.evaluate(() => document.querySelectorAll(".tools").forEach((one) => one.remove()));
        scripted = await text(page);
      });
      await with_page(file, { javaScriptEnabled: false }, async (page) => {
        assert.equal(await text(page), scripted);
        const folded = page.locator("details:not([open])").first();
        if (await folded.count()) {
          const shut = await folded.elementHandle();
          await folded.locator("summary").click();
          assert.notEqual(await shut.getAttribute("open"), null);
        }
      });
    });

    it(`${name}: on paper`, () => with_page(file, { viewport: { width: 680, height: 1000 } }, async (page) => {
      await page.emulateMedia({ media: "print" });
      const folded = () => page.evaluate(() => [...document.querySelectorAll("main section details:not(.numbers) > *, .numbers[open] > *")].filter((one) => !one.checkVisibility()).length);
      assert.equal(await folded(), 0, "something stays folded");
      assert.deepEqual(await cut(page, 680), []);
      await shoot(page, `${name}-print`);
      await unfold(page);
      assert.equal(await folded(), 0, "what was unfolded is not printed");
      assert.deepEqual(await cut(page, 680), []);
    }));
  }
});
