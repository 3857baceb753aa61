(function () {
  "use strict";
  var root = document.documentElement;

  function tool(text) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "tool";
    button.textContent = text;
    return button;
  }

  function themes() {
    var wanted = window.matchMedia("(prefers-color-scheme: dark)");
    var button = tool("");
    function isDark() {
      return root.dataset.theme ? root.dataset.theme === "dark" : wanted.matches;
    }
    function name() {
      button.textContent = isDark() ? "Light colours" : "Dark colours";
    }
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      name();
    });
    wanted.addEventListener("change", name);
    name();
    document.querySelector(".top").appendChild(button);
  }

  var units = {
    ms: 1e-3, s: 1, min: 60, h: 3600, day: 86400, days: 86400,
    B: 1, KiB: 1024, MiB: 1048576, GiB: 1073741824, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9
  };

  function value(row, column) {
    var text = row.cells[column].textContent.trim();
    var found = /^[≥~]?\s*(?:USD\s*)?([+−-]?)\s*([\d,]*\.?\d+(?:e[+-]?\d+)?)(?:\s*±\s*[\d,.]+)?\s*([A-Za-z]*)/.exec(text);
    if (!found) {
      return text;
    }
    var number = parseFloat(found[2].replace(/,/g, "")) * (units[found[3]] || 1);
    return found[1] && found[1] !== "+" ? -number : number;
  }

  function order(a, b) {
    if (typeof a === "number" && typeof b === "number") {
      return a - b;
    }
    if (typeof a !== typeof b) {
      return typeof a === "number" ? -1 : 1;
    }
    return a.localeCompare(b);
  }

  function sortable(table) {
    var body = table.tBodies[0];
    var heads = table.tHead.rows[0].cells;
    if (body.rows.length < 3) {
      return;
    }
    Array.prototype.forEach.call(heads, function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.title = "Sort by this column";
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        Array.prototype.forEach.call(heads, function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var rows = Array.prototype.slice.call(body.rows);
        rows.sort(function (a, b) { return order(value(a, column), value(b, column)) * (down ? -1 : 1); });
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  }

  function copyable(box) {
    var code = box.querySelector("code");
    var button = tool("Copy command");
    var said = document.createElement("span");
    said.setAttribute("role", "status");
    function done() { said.textContent = " Copied"; }
    button.addEventListener("click", function () {
      var range = document.createRange();
      range.selectNodeContents(code);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(code.textContent).then(done, function () { said.textContent = " Selected"; });
      } else {
        said.textContent = " Selected";
      }
    });
    var line = document.createElement("p");
    line.appendChild(button);
    line.appendChild(said);
    box.insertAdjacentElement("afterend", line);
  }

  function printing() {
    var opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
      opened.forEach(function (one) { one.open = true; });
    });
    window.addEventListener("afterprint", function () {
      opened.forEach(function (one) { one.open = false; });
    });
  }

  themes();
  document.querySelectorAll("table").forEach(sortable);
  document.querySelectorAll(".command").forEach(copyable);
  printing();
})();
