// Everything on the page works without this file: it only adds a voice, a print button and a copy for later.
"use strict";

(function () {
  const text = document.getElementById("aloud");
  const listen = document.getElementById("listen");
  if (text && listen && "speechSynthesis" in window) {
    const begin = listen.textContent;
    const quiet = function () {
      listen.textContent = begin;
    };
    listen.hidden = false;
    listen.addEventListener("click", function () {
      if (window.speechSynthesis.speaking) {
        window.speechSynthesis.cancel();
        quiet();
        return;
      }
      const said = new SpeechSynthesisUtterance(text.innerText);
      said.lang = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW" }[document.documentElement.lang] || document.documentElement.lang;
      said.rate = 0.9;
      said.onend = quiet;
      said.onerror = quiet;
      listen.textContent = listen.dataset.stop;
      window.speechSynthesis.speak(said);
    });
  }
  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () {
      window.print();
    });
  }
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(document.body.dataset.worker).catch(function () {
      // private windows refuse: the page itself is whole all the same
    });
  }
})();
