// Keeps the public pages that were opened, so that they can be read again where the network is gone.
"use strict";

const KEPT = "kepu-pages-1";

function mayStay(answer) {
  // what somebody told about themselves must not stay on a borrowed telephone
  return answer.ok && !/no-store/.test(answer.headers.get("Cache-Control") || "");
}

function keepOpen(kept, url) {
  return fetch(new Request(url, { credentials: "omit" })).then(function (answer) {
    return mayStay(answer) ? kept.put(url, answer) : undefined;
  });
}

self.addEventListener("install", function () {
  self.skipWaiting();
});

self.addEventListener("activate", function (event) {
  event.waitUntil(
    self.clients.claim().then(function () {
      // the page that brought this worker was loaded before it: fetch it once more to keep it
      return self.clients.matchAll({ type: "window" }).then(function (pages) {
        return Promise.all(
          pages.map(function (page) {
            return caches.open(KEPT).then(function (kept) {
              return keepOpen(kept, page.url).catch(function () {});
            });
          })
        );
      });
    })
  );
});

self.addEventListener("fetch", function (event) {
  const request = event.request;
  if (request.method !== "GET" || request.mode !== "navigate") {
    return;
  }
  event.respondWith(
    fetch(request)
      .then(function (answer) {
        if (mayStay(answer)) {
          const copy = answer.clone();
          event.waitUntil(
            caches.open(KEPT).then(function (kept) {
              return kept.put(request.url, copy);
            })
          );
        }
        return answer;
      })
      .catch(function () {
        return caches.match(request.url).then(function (kept) {
          return kept || Response.error();
        });
      })
  );
});
