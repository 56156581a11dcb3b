// contrast.mjs - the contrast of what is written in figures, which axe does not look at.

/* The texts of figures that have less than 4.5:1 (WCAG 2.2, 1.4.3) against what they stand on, a
 * line each. In a dark page a figure is turned by a filter: both colours go through it. */
export const faint = (page) => page.evaluate(() => {
  const channels = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const seen = (text) => { const c = channels(text); return c.length >= 3 && (c.length < 4 || c[3] > 0) ? c.slice(0, 3) : null; };
  const light = (c) => {
    const [r, g, b] = c.map((x) => x / 255).map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  // Filter Effects Level 1: invert() and hueRotate of feColorMatrix, as far as ours go.
  const turned = (c, filter) => {
    const invert = Number(/invert\(([\d.]+)\)/.exec(filter)?.[1] ?? 0);
    c = c.map((x) => 255 * invert + x * (1 - 2 * invert));
    if (!/hue-rotate\(180deg\)/.test(filter)) return c;
    const l = 2 * (0.213 * c[0] + 0.715 * c[1] + 0.072 * c[2]);
    return c.map((x) => Math.min(255, Math.max(0, l - x)));
  };
  const paper = seen(getComputedStyle(document.body).backgroundColor) ?? [255, 255, 255];
  const found = [];
  let at = null;
  for (const text of document.querySelectorAll("svg text")) {
    if (text.textContent.trim() === "") continue;
    const svg = text.closest("svg");
    if (svg !== at) svg.scrollIntoView({ block: "start", behavior: "instant" });
    at = svg;
    const filter = getComputedStyle(svg).filter;
    const ink = seen(getComputedStyle(text.querySelector("tspan") ?? text).fill);
    const box = text.getBoundingClientRect();
    const below = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2)
      .filter((one) => svg.contains(one) && one.matches("path, rect, polygon, circle"))
      .map((one) => seen(getComputedStyle(one).fill)).find((fill) => fill);
    if (!ink) continue;
    const a = light(turned(ink, filter));
    const b = light(below ? turned(below, filter) : paper);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)}:1 "${text.textContent.trim().slice(0, 40)}" ${ink} on ${below ?? "paper"} in ${text.closest("section")?.id}`);
  }
  return found;
});
