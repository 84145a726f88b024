// Says when the live part of a page has stopped being live: what is shown then may be old.
"use strict";
(() => {
  const AFTER_MS = 7000;
  const live = document.querySelector("#live[hx-get]");
  const banner = document.getElementById("stale");
  if (!live || !banner) return;
  let heard = Date.now();
  document.addEventListener("htmx:after:request", (event) => {
    const response = event.detail && event.detail.ctx && event.detail.ctx.response;
    if (response && response.status === 200) heard = Date.now();
  });
  setInterval(() => {
    banner.hidden = Date.now() - heard < AFTER_MS || document.hidden;
  }, 1000);
  // a page in the background is not asked for news by every browser: give it a moment when it comes back
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) heard = Date.now();
  });
})();
