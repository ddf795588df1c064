// Follows what changes: the list is fetched anew and told of politely; a lead's page says that there is something newer.
(function () {
  "use strict";
  if (!window.EventSource) return;
  var waiting = 0, last = 0, list = function () { return document.getElementById("list"); };
  function scores() {
    var found = {}, past = list() ? Number(list().dataset.past) : 0;
    document.querySelectorAll("#queue > li").forEach(function (row, at) { found[row.dataset.key] = { score: Number(row.dataset.score), at: past + at, row: row }; });
    return found;
  }
  function tell(before, after) {
    var said = [];
    Object.keys(after).forEach(function (key) {
      var now = after[key], then = before[key];
      if (then && now.score <= then.score) return;
      if (!then && now.at > 20) return;
      now.row.classList.remove("heated");
      void now.row.offsetWidth;
      now.row.classList.add("heated");
      said.push(then ? key + " rose from " + then.score + " to " + now.score + ", now in place " + (now.at + 1) : key + " is new in place " + (now.at + 1) + ", score " + now.score);
    });
    if (said.length) window.leadrank.announce(said.slice(0, 3).join(". ") + (said.length > 3 ? " and " + (said.length - 3) + " more." : "."));
  }
  function again() {
    waiting = 0;
    last = Date.now();
    var place = list(), busy = document.activeElement && document.activeElement.closest("#list .panel");
    if (!place || !window.htmx) return;
    if (busy || document.querySelector("#list .htmx-request")) { later(); return; }
    var before = scores(), top = window.scrollY;
    window.htmx.ajax("GET", place.dataset.again, { source: place, target: "#list", swap: "outerMorph" }).then(function () {
      window.scrollTo({ top: top, behavior: "instant" });
      tell(before, scores());
    });
  }
  // At once after a quiet moment, and every 0.6 seconds at most while much happens.
  function later() { if (!waiting) waiting = window.setTimeout(again, Math.max(50, 600 - (Date.now() - last))); }
  var source = new EventSource("/app/changes"), first = null;
  source.addEventListener("change", function (event) {
    var version = event.data, known = list() ? list().dataset.version : first;
    if (first === null) { first = version; if (!list() || version === known) return; }
    if (list()) { if (version !== known) later(); return; }
    var watched = document.querySelector("[data-watch]"), newer = document.getElementById("newer");
    if (!watched || !newer || version === first) return;
    fetch("/app/leads/" + encodeURIComponent(watched.dataset.watch) + "/stamp", { credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (stamp) { if (stamp && stamp !== watched.dataset.stamp) newer.hidden = false; }, function () {});
  });
  window.addEventListener("pagehide", function () { source.close(); });
})();
