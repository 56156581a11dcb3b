// comfort.js - what is more comfortable with a script: tables that sort, pools that hide, a filter.
// The page is whole without it. It makes elements and text of what is there, never markup of
// text, so that a name stays a name.
"use strict";
(() => {
  const all = (selector, of = document) => [...of.querySelectorAll(selector)];
  const make = (name, text, fields = {}) => Object.assign(document.createElement(name), { textContent: text }, fields);

  // "1.96 M", "9.1 us", "+8.4%", "212 k/s": what a cell is sorted by; of other words they themselves.
  const UNITS = { n: 1e-9, u: 1e-6, "\u00b5": 1e-6, m: 1e-3, k: 1e3, K: 1e3, M: 1e6, G: 1e9 };
  const key = (row, column) => {
    const cell = row.cells[column];
    const text = (cell?.dataset.value ?? cell?.textContent ?? "").trim();
    const found = /^([+-]?[0-9][0-9,]*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)\s*(\S*)/i.exec(text);
    if (!found) return text;
    const number = Number(found[1].replaceAll(",", ""));
    return number * (UNITS[found[2][0]] ?? 1);
  };

  // Numbers stand before words in either direction: what has no value stays last.
  const order = (a, b, sign) => {
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b));
  };

  const sort = (head) => {
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    for (const body of head.closest("table").tBodies)
      body.append(...[...body.rows].sort((a, b) => order(key(a, head.cellIndex), key(b, head.cellIndex), sign)));
  };

  // Rows that span several, or heads in two lines, have no order of one column.
  const sortable = (table) =>
    table.tHead && table.tHead.rows.length === 1 && table.tBodies.length > 0 && table.tBodies[0].rows.length > 1 &&
    !table.querySelector("[rowspan], [colspan]");

  for (const table of all("table").filter(sortable))
    for (const head of table.tHead.rows[0].cells) {
      if (head.textContent.trim() === "") continue;
      const button = make("button", "", { type: "button", title: "sort by this column" });
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head));
      head.append(button);
    }

  const finder = document.getElementById("finder");
  if (!finder) return;

  /* Rows that are one pool's, and in drawings what has the colour in which the pool's name is written there,
   * if no other name is in that colour. */
  const drawn = (svg, pool) => {
    const hue = (text) => /var\(--t(\w+)\)/.exec(text.closest("[fill^='var(--t']")?.getAttribute("fill"))?.[1];
    const names = all("text", svg);
    const mine = names.find((text) => text.textContent.trim() === pool);
    const colour = mine && hue(mine);
    if (!colour || names.some((text) => pools.includes(text.textContent.trim()) && text.textContent.trim() !== pool && hue(text) === colour))
      return [];
    return ["fill", "stroke", "color"].flatMap((name) => all(`[${name}$="${colour})"]`, svg));
  };
  const rows = all("tbody tr").filter((row) => row.dataset.pool !== undefined);
  const pools = [...new Set(rows.map((row) => row.dataset.pool))];
  if (pools.length > 1) {
    const box = make("fieldset", "", { className: "tools" });
    box.append(make("legend", "Show pools"));
    for (const pool of pools) {
      const label = make("label", "");
      const tick = make("input", "", { type: "checkbox", checked: true });
      const owned = () => rows.filter((row) => row.dataset.pool === pool).concat(all("figure svg").flatMap((svg) => drawn(svg, pool)));
      tick.addEventListener("change", () => {
        // SVG elements have the attribute only as one that style.css knows.
        for (const one of owned()) one.toggleAttribute("hidden", !tick.checked);
      });
      label.append(tick, make("bdi", pool));
      box.append(label);
    }
    finder.append(box);
  }

  // Figures: those whose words have all that was typed.
  const findings = all("main figure");
  if (findings.length > 1) {
    const line = make("div", "", { className: "tools" });
    const label = make("label", "Only figures with ");
    const input = make("input", "", { type: "search" });
    const said = make("span", "");
    const words = findings.map((one) => one.textContent.toLowerCase());
    said.setAttribute("role", "status");
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      findings.forEach((one, i) => { one.hidden = !wanted.every((word) => words[i].includes(word)); });
      said.textContent = wanted.length ? `${findings.filter((one) => !one.hidden).length} of ${findings.length}` : "";
    });
    label.append(input);
    line.append(label, said);
    const folds = all("details");
    const unfold = make("button", "Unfold all numbers", { type: "button" });
    unfold.addEventListener("click", () => {
      const open = folds.some((one) => !one.open);
      for (const one of folds) one.open = open;
      unfold.textContent = open ? "Fold all numbers" : "Unfold all numbers";
    });
    line.append(unfold);
    finder.append(line);
    // A link of the page leads to its figure, also to one that the filter hides.
    window.addEventListener("hashchange", () => {
      const to = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const hidden = to?.closest("figure[hidden]");
      if (!hidden) return;
      input.value = "";
      input.dispatchEvent(new Event("input"));
      to.scrollIntoView();
    });
  }
})();
