// browser.mjs - Debian's Chromium, and a page of ours in it, watched for what it must not do.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The two packages lie below build/, where NODE_PATH says.
const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
export const AXE = require("axe-core").source;

export const CHROMIUM = process.env.CHROMIUM ?? "chromium";

// As root Chromium's own sandbox does not start; what it reads here are files of ours.
export const launch = () =>
  chromium.launch({
    executablePath: execFileSync("sh", ["-c", `command -v ${CHROMIUM}`], { encoding: "utf8" }).trim(),
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });

/* Opens the file in a context of its own, and gives { page, seen, close }: `seen` has a line for
 * each message on the console, error, dialog, window, and request but that for the page itself. */
export async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const seen = [];
  const url = pathToFileURL(file).href;
  page.on("console", (message) => seen.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("popup", (popup) => seen.push(`window: ${popup.url()}`));
  page.on("crash", () => seen.push("the page crashed"));
  context.on("request", (request) => {
    const asked = request.url().split("#")[0];
    if (asked !== url && !asked.startsWith("data:")) seen.push(`request: ${asked}`);
  });
  await page.goto(url, { waitUntil: "load" });
  return { page, seen, close: () => context.close() };
}

// Everything that is folded, unfolded.
export const unfold = (page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
