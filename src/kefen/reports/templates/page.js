(function () {
  "use strict";
  var collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  function value(row, index) {
    var cell = row.cells[index];
    return cell.hasAttribute("data-v") ? cell.getAttribute("data-v") : cell.textContent.trim();
  }
  function compare(a, b) {
    if (a === "–" || b === "–") { return a === b ? 0 : a === "–" ? 1 : -1; }
    var x = Number(a), y = Number(b);
    return isNaN(x) || isNaN(y) || a === "" || b === "" ? collator.compare(a, b) : x - y;
  }
  function sortBy(table, header, index) {
    var rising = header.getAttribute("aria-sort") !== "ascending";
    var body = table.tBodies[0];
    var rows = Array.prototype.map.call(body.rows, function (row) { return { row: row, v: value(row, index) }; });
    rows.sort(function (a, b) {
      var order = compare(a.v, b.v);
      return rising || a.v === "–" || b.v === "–" ? order : -order;
    });
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", rising ? "ascending" : "descending");
    rows.forEach(function (item) { body.appendChild(item.row); });
  }
  document.querySelectorAll("table[data-sort]").forEach(function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (header, index) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.title = table.getAttribute("data-sort");
      button.textContent = header.textContent;
      button.addEventListener("click", function () { sortBy(table, header, index); });
      header.textContent = "";
      header.appendChild(button);
    });
  });
  document.querySelectorAll("table[data-filter]").forEach(function (table) {
    var card = table.closest(".tcard");
    if (!card) { return; }
    var input = document.createElement("input");
    input.type = "search";
    input.className = "flt sp";
    input.placeholder = table.getAttribute("data-filter");
    input.setAttribute("aria-label", table.getAttribute("data-filter") + ": " + table.caption.textContent);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase();
      Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
        row.hidden = wanted !== "" && row.textContent.toLowerCase().indexOf(wanted) < 0;
      });
    });
    card.querySelector(".card-h").appendChild(input);
  });
  if ("IntersectionObserver" in window) {
    var links = {};
    document.querySelectorAll(".nav a").forEach(function (link) { links[link.hash.slice(1)] = link; });
    var observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) { return; }
        Object.keys(links).forEach(function (id) { links[id].removeAttribute("aria-current"); });
        links[entry.target.id].setAttribute("aria-current", "true");
      });
    }, { rootMargin: "-10% 0px -80% 0px" });
    document.querySelectorAll(".chapter").forEach(function (chapter) { observer.observe(chapter); });
  }
})();
