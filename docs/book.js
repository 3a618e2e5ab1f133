// Generated from specs/ by `interlock docs`. Never edited by hand.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("script");
  function kept(name, value) {
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch (error) { return null; }
  }
  var theme = kept("interlock-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.querySelector(".search"), input = document.getElementById("search");
    var list = document.getElementById("found"), menu = document.querySelector(".menu");
    var pages = document.getElementById("pages"), button = document.querySelector(".theme");
    if (!form) return;
    [form, menu, button].forEach(function (part) { part.hidden = false; });

    button.addEventListener("click", function () {
      var asked = root.dataset.theme;
      var isDark = asked ? asked === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = isDark ? "light" : "dark";
      kept("interlock-theme", root.dataset.theme);
    });
    function openMenu(isOpen) {
      pages.classList.toggle("open", isOpen);
      menu.setAttribute("aria-expanded", isOpen);
    }
    menu.addEventListener("click", function () { openMenu(!pages.classList.contains("open")); });
    var current = pages.querySelector("[aria-current]");
    if (current && current.offsetTop > pages.clientHeight) {
      pages.scrollTop = current.offsetTop - pages.clientHeight / 2;
    }

    // A place inside something closed is opened before it is shown.
    function reveal() {
      var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      for (var it = target; it; it = it.parentElement) if (it.tagName === "DETAILS") it.open = true;
      if (target) target.scrollIntoView();
    }
    addEventListener("hashchange", reveal);
    reveal();

    // Search.
    var order = ["chapter", "system", "machine", "word", "requirement", "rule", "law", "scenario", "section",
      "parameter", "effect", "phase"];
    var chosen = -1;
    function load(then) {
      if (window.interlockIndex) return then();
      var script = document.createElement("script");
      script.src = "search.js";
      script.onload = then;
      document.head.appendChild(script);
    }
    function score(entry, words) {
      var name = entry[1].toLowerCase(), text = entry[3].toLowerCase(), total = 0;
      for (var i = 0; i < words.length; i++) {
        var at = name.indexOf(words[i]);
        if (name === words[i]) total += 60;
        else if (at === 0) total += 30;
        else if (at > 0) total += /[^a-z0-9]/.test(name[at - 1]) ? 22 : 12;
        else if (text.indexOf(words[i]) >= 0) total += 5;
        else return 0;
      }
      return total + (order.length - order.indexOf(entry[0])) / 4 - name.length / 400;
    }
    function marked(text, words) {
      var part = document.createElement("span"), lower = text.toLowerCase(), from = 0;
      while (from < text.length) {
        var best = -1, length = 0;
        words.forEach(function (word) {
          var at = lower.indexOf(word, from);
          if (at >= 0 && (best < 0 || at < best)) { best = at; length = word.length; }
        });
        if (best < 0) break;
        part.append(text.slice(from, best));
        var mark = document.createElement("mark");
        mark.textContent = text.slice(best, best + length);
        part.append(mark);
        from = best + length;
      }
      part.append(text.slice(from));
      return part;
    }
    function close() {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function choose(index) {
      var links = list.querySelectorAll("a");
      if (!links.length) return;
      chosen = (index + links.length) % links.length;
      links.forEach(function (link, place) { link.setAttribute("aria-selected", place === chosen); });
      links[chosen].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", links[chosen].id);
    }
    function search() {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      list.textContent = "";
      if (!words.length) return close();
      var found = [];
      window.interlockIndex.forEach(function (entry) {
        var value = score(entry, words);
        if (value > 0) found.push([value, entry]);
      });
      found.sort(function (a, b) { return b[0] - a[0]; });
      found.slice(0, 24).forEach(function (it, place) {
        var entry = it[1], link = document.createElement("a"), kind = document.createElement("span");
        var text = document.createElement("span");
        link.href = entry[2];
        link.id = "found-" + place;
        link.setAttribute("role", "option");
        kind.className = "kind";
        kind.textContent = entry[0];
        text.className = "words";
        text.textContent = entry[3];
        link.append(kind, marked(entry[1], words), text);
        link.addEventListener("click", close);
        list.append(link);
      });
      if (!found.length) {
        var none = document.createElement("p");
        none.textContent = "Nothing has these words.";
        list.append(none);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      choose(0);
    }
    input.addEventListener("focus", function () { load(function () {}); });
    input.addEventListener("input", function () { load(search); });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var link = list.querySelectorAll("a")[Math.max(chosen, 0)];
      if (link && !list.hidden) { close(); input.blur(); location.href = link.href; }
    });
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Escape") {
        input.value = "";
        close();
        input.blur();
      }
    });
    document.addEventListener("click", function (event) { if (!form.contains(event.target)) close(); });
    document.addEventListener("keydown", function (event) {
      var inField = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key === "Escape") openMenu(false);
      if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/") { event.preventDefault(); input.focus(); input.select(); }
    });
    // A page that was opened with words to look for, as `index.html?q=gate`.
    var asked = new URLSearchParams(location.search).get("q");
    if (asked) { input.value = asked; load(search); input.focus(); }

    // Only a drawing that is smaller than its own size is worth enlarging; it then begins where its machine does.
    var diagrams = document.querySelectorAll(".diagram");
    function offerSize() {
      diagrams.forEach(function (diagram) {
        var size = diagram.querySelector(".size"), image = diagram.querySelector(".drawing svg");
        if (!image || size.querySelector("input").checked) return;
        size.hidden = image.getBoundingClientRect().width > image.width.baseVal.value - 2;
      });
    }
    diagrams.forEach(function (diagram) {
      var frame = diagram.querySelector(".drawing");
      diagram.querySelector(".size input").addEventListener("change", function () {
        var first = frame.querySelector(".start, .world");
        if (!first) return;
        var at = first.getBoundingClientRect(), room = frame.getBoundingClientRect();
        frame.scrollLeft += (at.left + at.right - room.left - room.right) / 2;
        frame.scrollTop += (at.top + at.bottom - room.top - room.bottom) / 2;
      });
    });
    addEventListener("resize", offerSize);
    offerSize();
    // What is closed on the screen is open on paper.
    window.addEventListener("beforeprint", function () {
      document.querySelectorAll("details:not([open])").forEach(function (closed) {
        closed.open = true;
        closed.dataset.printed = "";
      });
    });
    window.addEventListener("afterprint", function () {
      document.querySelectorAll("details[data-printed]").forEach(function (opened) {
        opened.open = false;
        delete opened.dataset.printed;
      });
    });

    // Where the reader is.
    var links = document.querySelectorAll(".contents a");
    if (links.length && "IntersectionObserver" in window) {
      var byPlace = {};
      links.forEach(function (link) { byPlace[decodeURIComponent(link.hash.slice(1))] = link; });
      var watch = new IntersectionObserver(function (entries) {
        entries.forEach(function (entry) {
          if (!entry.isIntersecting) return;
          links.forEach(function (link) { link.removeAttribute("aria-current"); });
          byPlace[entry.target.id].setAttribute("aria-current", "true");
        });
      }, { rootMargin: "-70px 0px -70% 0px" });
      Object.keys(byPlace).forEach(function (id) {
        var heading = document.getElementById(id);
        if (heading) watch.observe(heading);
      });
    }
  });
})();
