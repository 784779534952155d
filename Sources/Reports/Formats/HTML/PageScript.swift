/// What a page can do beyond showing itself: tooltips, sorted tables, strategies shown and hidden.
///
/// It holds neither `<` nor `&`, so that the page is well-formed XML as well.
enum PageScript {
  static let text = #"""

    "use strict";
    (function () {
      const all = (selector) => Array.from(document.querySelectorAll(selector));

      // Tooltips. A chart's own <title> would show as a second one; its name stays as a label.
      const tip = document.createElement("div");
      tip.id = "tip";
      tip.hidden = true;
      tip.setAttribute("role", "tooltip");
      document.body.append(tip);
      for (const chart of all("svg.chart")) {
        const parts = ["title", "desc"].map((name) => chart.querySelector(name));
        chart.setAttribute("aria-label", parts.map((part) => part.textContent).join(". "));
        chart.removeAttribute("aria-labelledby");
        parts.forEach((part) => part.remove());
      }
      const hide = () => { tip.hidden = true; };
      const show = (event) => {
        const mark = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
        if (mark === null) return hide();
        tip.textContent = mark.getAttribute("data-tip");
        tip.hidden = false;
        const right = window.innerWidth - tip.offsetWidth - 8;
        const below = event.clientY + 18;
        const above = event.clientY - tip.offsetHeight - 12;
        const fits = window.innerHeight > below + tip.offsetHeight;
        tip.style.left = Math.max(8, Math.min(event.clientX + 14, right)) + "px";
        tip.style.top = Math.max(8, fits ? below : above) + "px";
      };
      document.addEventListener("pointermove", show);
      document.addEventListener("pointerdown", show);
      document.addEventListener("scroll", hide, { passive: true });
      document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
      document.documentElement.addEventListener("pointerleave", hide);

      // Tables, sorted by a click on a column's name: numbers by their value, the rest as text.
      const compare = (left, right) => {
        if (left.classList.contains("number")) {
          const [a, b] = [left, right].map((c) => Number(c.getAttribute("data-key") ?? c.textContent));
          return a > b ? 1 : b > a ? -1 : 0;
        }
        return left.textContent.localeCompare(right.textContent, "en", { numeric: true });
      };
      const sort = (table, head, column) => {
        const isUp = head.getAttribute("aria-sort") !== "ascending";
        const body = table.tBodies[0];
        const rows = Array.from(body.rows);
        const sign = isUp ? 1 : -1;
        rows.sort((a, b) => sign * compare(a.cells[column], b.cells[column]));
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
        body.append(...rows);
      };
      for (const table of all("table")) {
        if (2 > table.tBodies[0].rows.length) continue;
        Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
          if (head.textContent === "") return;
          const button = document.createElement("button");
          button.type = "button";
          button.title = "Sort by this column";
          button.append(...head.childNodes);
          button.addEventListener("click", () => sort(table, head, column));
          head.append(button);
        });
      }

      // Strategies: a box for each hides its marks and rows everywhere.
      const strategies = all("#strategies li");
      const redraw = () => {
        const off = new Set();
        for (const entry of strategies) {
          if (entry.querySelector("input").checked) continue;
          entry.getAttribute("data-members").split("\n").forEach((name) => off.add(name));
        }
        for (const mark of all("[data-series]")) {
          mark.classList.toggle("off", off.has(mark.getAttribute("data-series")));
        }
      };
      if (strategies.length > 1) {
        for (const entry of strategies) {
          const box = document.createElement("input");
          box.type = "checkbox";
          box.checked = true;
          box.addEventListener("change", redraw);
          const label = document.createElement("label");
          label.append(box, ...entry.childNodes);
          entry.append(label);
        }
      }

      // On paper, everything is unfolded.
      const folded = all("details");
      let wasOpen = [];
      window.addEventListener("beforeprint", () => {
        wasOpen = folded.map((element) => element.open);
        folded.forEach((element) => { element.open = true; });
      });
      window.addEventListener("afterprint", () => {
        folded.forEach((element, index) => { element.open = wasOpen[index]; });
      });
    })();

    """#
}
