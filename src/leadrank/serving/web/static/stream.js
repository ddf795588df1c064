// One stream of changes for all windows of a browser, which keeps few connections to a host: of those that can be seen one holds it, and passes on what it hears.
(function () {
  "use strict";
  var NAME = "leadrank-changes", FIRST = 500, LONGEST = 30000, SILENCE = 40000;  // the server shows every 15 seconds that it is there
  var listeners = [], last = { version: null, lost: 0 }, heard = Date.now(), seeking = null, holds = false;
  var channel = window.BroadcastChannel ? new BroadcastChannel(NAME) : null;
  function hear(state) {
    last = state;
    if (!document.hidden) listeners.forEach(function (listener) { listener(state); });
  }
  function say(state) {
    if (channel) channel.postMessage(state);
    hear(state);
  }
  // A connection may die without a word, as when a computer sleeps: silence ends it as well.
  async function listen(ending) {
    var silence = new AbortController(), timer = 0, kept = "";
    function wait() { window.clearTimeout(timer); timer = window.setTimeout(function () { silence.abort(); }, SILENCE); }
    function take(line) { if (line.startsWith("data: ")) say({ version: line.slice(6), lost: 0 }); }
    wait();
    ending.addEventListener("abort", function () { silence.abort(); });
    try {
      var answer = await fetch("/app/changes", { headers: { "accept": "text/event-stream", "x-unattended": "true" }, cache: "no-store", signal: silence.signal });
      if (answer.status === 401) return "out";
      if (!answer.ok || !answer.body) throw new Error(String(answer.status));
      var reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        var part = await reader.read();
        if (part.done) return "ended";
        heard = Date.now();
        wait();
        var lines = (kept + part.value).split("\n");
        kept = lines.pop();
        lines.forEach(take);
      }
    } finally { window.clearTimeout(timer); }
  }
  function rest(pause, ending) {
    return new Promise(function (done) {
      window.setTimeout(done, pause * (0.5 + Math.random() / 2));
      ending.addEventListener("abort", done);
    });
  }
  async function hold(ending) {
    var pause = FIRST;
    holds = true;
    while (!ending.aborted) {
      var since = heard;
      try {
        if (await listen(ending) === "out") { window.location.assign("/app/login?next=" + encodeURIComponent(window.location.pathname + window.location.search)); break; }
      } catch (failure) {
        if (ending.aborted) break;
        say({ version: last.version, lost: last.lost || heard });
      }
      pause = heard > since ? FIRST : Math.min(2 * pause, LONGEST);
      await rest(pause, ending);
    }
    holds = false;
  }
  function seek() {
    if (document.hidden || seeking) return;
    var ending = (seeking = new AbortController()).signal;
    if (!navigator.locks) { hold(ending); return; }
    navigator.locks.request(NAME, { signal: ending }, function () { return hold(ending); }).catch(function () {});
    if (channel) channel.postMessage("anything new?");
  }
  function leave() {
    if (seeking) seeking.abort();
    seeking = null;
  }
  if (channel) channel.addEventListener("message", function (event) {
    if (event.data !== "anything new?") { if (!event.data.lost) heard = Date.now(); hear(event.data); } else if (holds && last.version !== null) channel.postMessage(last);
  });
  document.addEventListener("visibilitychange", function () { if (document.hidden) leave(); else seek(); });
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", seek);
  window.leadrank.follow = function (listener) { listeners.push(listener); seek(); };
})();
