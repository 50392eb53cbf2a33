"use strict";
// Order and search of the table of students. The page says everything without it.
(function () {
  const table = document.querySelector("table.heat");
  if (!table) { return; }
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const key = (row, column) => row.cells[column].dataset.key || "";

  function compare(one, other) {
    if (one === "" || other === "") { return (one === "") - (other === ""); }
    const difference = Number(one) - Number(other);
    return Number.isNaN(difference) ? one.localeCompare(other) : difference;
  }

  Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "order";
    button.textContent = "↕";
    button.title = "Order by this column";
    button.addEventListener("click", function () {
      const rising = head.getAttribute("aria-sort") !== "ascending";
      for (const cell of table.tHead.rows[0].cells) {
        cell.removeAttribute("aria-sort");
        cell.querySelector(".order").textContent = "↕";
      }
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      button.textContent = rising ? "↑" : "↓";
      const missing = (row) => key(row, column) === "";
      rows.sort(function (one, other) {
        const order = compare(key(one, column), key(other, column));
        return rising || missing(one) || missing(other) ? order : -order;
      });
      body.append(...rows);
    });
    head.append(button);
  });

  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "Search students";
  search.setAttribute("aria-label", "Search students");
  const count = document.createElement("span");
  count.className = "soft";
  search.addEventListener("input", function () {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.cells[0].title.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = wanted ? ` ${shown} of ${rows.length}` : "";
  });
  const place = document.createElement("p");
  place.className = "search";
  place.append(search, count);
  table.closest(".wide").before(place);
})();
