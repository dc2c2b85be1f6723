// Progressive only: every page works without this file. No framework, no code built from text.
(function () {
  "use strict";

  const text = (name) => document.body.getAttribute("data-text-" + name) || "";
  const each = (selector, act, root) => (root || document).querySelectorAll(selector).forEach(act);
  document.documentElement.classList.add("js");

  // --- htmx: the token travels in a header, since an inline hx-headers would be one more thing to escape ---
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  function say(words) {
    const box = document.getElementById("messages");
    if (!box || !words) return;
    const note = document.createElement("div");
    note.className = "note error";
    note.textContent = words;
    box.classList.add("fresh");
    box.replaceChildren(note);
  }
  // A refusal in words belongs among the messages: swapped in place it would wipe out what the person was doing.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = event.detail;
    if (detail.xhr.status < 400 || !detail.serverResponse.trimStart().startsWith('<div class="note')) return;
    detail.shouldSwap = true;
    detail.isError = false;
    detail.target = document.getElementById("messages");
    detail.swapOverride = "innerHTML";
    detail.target.classList.add("fresh");
  });
  document.addEventListener("htmx:sendError", () => say(text("offline")));
  document.addEventListener("htmx:responseError", () => say(text("failed")));

  // --- one press, one submission ---
  const faces = new WeakMap();
  function wear(button, words) {
    if (!faces.has(button)) faces.set(button, Array.from(button.childNodes));
    button.textContent = words;
  }
  function restoreFace(button) {
    if (faces.has(button)) button.replaceChildren(...faces.get(button));
    faces.delete(button);
  }
  function release(form) {
    delete form.dataset.busy;
    each("button[data-waiting]", (button) => {
      delete button.dataset.waiting;
      button.disabled = false;
      restoreFace(button);
    }, form);
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-repeat")) return;
    if (form.dataset.busy) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    form.dataset.busy = "yes";
    const button = event.submitter || form.querySelector("button:not([type=button])");
    // Later, because a disabled button would not send its own name and value.
    if (button) setTimeout(() => {
      if (!form.dataset.busy) return;
      button.dataset.waiting = "yes";
      wear(button, button.dataset.wait || text("busy"));
      button.disabled = true;
    });
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) release(form);
  });
  // A page brought back from the browser's cache still looks busy.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) each("form[data-busy]", release);
  });

  // --- the ballot says what is still open, and repeats what was chosen ---
  function ballot(form) {
    const asked = Array.from(form.querySelectorAll("fieldset[data-question]"));
    const marks = asked.map((question) => {
      const chosen = question.querySelector("input:checked");
      return { slate: question.closest(".slate"), question: question.dataset.question, mark: chosen ? chosen.closest("label").innerText.trim() : "" };
    });
    each("[data-mark-limit]", countMarks, form);
    const open = marks.filter((entry) => !entry.mark).length;
    each("[data-ballot-progress]", (line) => {
      const words = open ? line.dataset.open : line.dataset.complete;
      if (words && line.textContent !== words.replace("{n}", open)) line.textContent = words.replace("{n}", open);
    }, form);
    each("[data-ballot-summary]", (list) => {
      // Candidates are counted in one, or they would fill the screen.
      const counted = Array.from(form.querySelectorAll("[data-mark-limit]"), (line) => ({ question: "", mark: line.textContent.trim() }));
      list.replaceChildren(...marks.filter((entry) => !entry.slate).concat(counted).map((entry) => {
        const item = document.createElement("li");
        item.textContent = (entry.question + " " + (entry.mark || text("unmarked"))).trim();
        item.className = entry.mark ? "tag" : "tag plain";
        return item;
      }));
    }, form);
  }
  // --- candidates: how many are marked for, and the rest in one tap ---
  function countMarks(line) {
    const slate = line.closest("section");
    const marked = slate.querySelectorAll('input[value="for"]:checked').length;
    const over = marked > Number(line.dataset.markLimit);
    const words = over ? line.dataset.over : line.dataset.within;
    line.firstElementChild.textContent = words.replace("{n}", marked).replace("{of}", line.dataset.markLimit);
    line.classList.toggle("late", over);
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rest]");
    if (!button) return;
    event.preventDefault();
    each("fieldset[data-question]", (question) => {
      const rest = question.querySelector('input[value="' + CSS.escape(button.dataset.rest) + '"]');
      if (rest && !question.querySelector("input:checked")) rest.checked = true;
    }, button.closest("section"));
    ballot(button.form);
  });
  const ballots = () => each("form", (form) => {
    if (form.querySelector("[data-ballot-progress],[data-ballot-summary]")) ballot(form);
  });

  // --- texts being written outlive a lost page: in this tab only, until they are sent ---
  const key = (form, area) => "linyi:" + form.dataset.keep + ":" + area.name;
  const drafts = (act) => each("form[data-keep]", (form) => each("textarea[name]", (area) => act(form, area), form));
  const store = {
    get: (name) => { try { return sessionStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* private mode or full: no draft */ } },
    drop: (name) => { try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ } },
  };
  function restore() {
    const sent = store.get("linyi-sent");
    store.drop("linyi-sent");
    drafts((form, area) => {
      // Sent, and the page does not hand the text back for mending: it arrived.
      if (sent === form.dataset.keep && !area.defaultValue) store.drop(key(form, area));
      const kept = store.get(key(form, area));
      if (kept && !area.value) area.value = kept;
    });
    if (sent && !document.querySelector('form[data-keep="' + CSS.escape(sent) + '"]')) forget("linyi:" + sent + ":");
  }
  function forget(prefix) {
    try {
      Object.keys(sessionStorage).filter((name) => name.startsWith(prefix)).forEach((name) => sessionStorage.removeItem(name));
    } catch { /* nothing was kept */ }
  }
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (event.target.tagName === "TEXTAREA" && form && form.dataset.keep) {
      if (event.target.value) store.set(key(form, event.target), event.target.value);
      else store.drop(key(form, event.target));
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.keep) store.set("linyi-sent", event.target.dataset.keep);
    // Logging out on a shared phone leaves no half-written text behind.
    if (event.target.hasAttribute("data-forget")) forget("linyi");
  });

  // --- live: the socket only says "changed"; what changed is fetched as a fragment ---
  const POLL = 15000, CALM = 400, SPREAD = 1600, LONGEST = 60000;
  function live(element) {
    if (element.dataset.alive || !window.htmx) return;
    element.dataset.alive = "yes";
    let socket = null, tries = 0, poll = null, soon = null, again = null;
    const gone = () => !element.isConnected;
    const refresh = () => {
      if (gone()) stop();
      else if (!document.hidden) window.htmx.ajax("GET", element.dataset.liveFragment, { target: element, swap: "innerHTML" });
    };
    // Spread out, or one ballot would bring a thousand phones to the door at once.
    const spread = Number(element.dataset.liveSpread) || SPREAD;
    const changed = () => { if (!soon) soon = setTimeout(() => { soon = null; refresh(); }, Math.min(CALM, spread) / 2 + Math.random() * spread); };
    const stop = () => {
      clearInterval(poll); clearTimeout(again); clearTimeout(soon);
      poll = again = soon = null;
      if (socket) { socket.onclose = null; socket.close(); socket = null; }
    };
    const connect = () => {
      again = null;
      if (gone() || document.hidden) return;
      const scheme = location.protocol === "https:" ? "wss://" : "ws://";
      try { socket = new WebSocket(scheme + location.host + element.dataset.live); } catch { return lost(); }
      socket.onopen = () => { if (tries) changed(); tries = 0; clearInterval(poll); poll = null; };
      socket.onmessage = (message) => { if (String(message.data).includes("changed")) changed(); };
      socket.onclose = lost;
    };
    const lost = () => {
      socket = null;
      if (gone()) return stop();
      if (document.hidden) return;
      if (!poll) poll = setInterval(refresh, POLL);
      tries += 1;
      if (!again) again = setTimeout(connect, Math.min(LONGEST, 1000 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2));
    };
    document.addEventListener("visibilitychange", () => {
      if (gone()) return;
      if (document.hidden) stop();
      else { tries = 0; refresh(); if (!socket) connect(); }
    });
    window.addEventListener("pagehide", stop);
    window.addEventListener("pageshow", (event) => { if (event.persisted && !socket) connect(); });
    connect();
  }
  document.addEventListener("htmx:afterSettle", (event) => each("[data-own-fragment]", (own) => { // one's own part, when the live one asks
    const key = document.querySelector("[data-own-key]")?.dataset.ownKey, same = key === own.dataset.ownHas && !own.querySelector("[data-own-always]");
    if (key !== undefined && !same && !own.contains(event.target)) setTimeout(() => { own.dataset.ownHas = key; window.htmx.ajax("GET", own.dataset.ownFragment, { target: own, swap: "innerHTML" }); }, Math.random() * SPREAD);
  }));
  // --- small comforts ---
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.form) ballot(input.form);
    if (input.type === "file") each("[data-file-names]", (line) => {
      line.textContent = Array.from(input.files).map((file) => file.name + " · " + (file.size / 1048576).toFixed(1) + " MB").join("，");
    }, input.closest(".field") || undefined);
    if (input.hasAttribute("data-all")) each('input[type="checkbox"][name="' + CSS.escape(input.dataset.all) + '"]', (box) => { box.checked = input.checked; }, input.form || undefined);
    if (input.hasAttribute("data-send")) input.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print],[data-copy]");
    if (!button) return;
    if (button.hasAttribute("data-print")) window.print();
    else if (navigator.clipboard) navigator.clipboard.writeText(button.dataset.copy).then(() => {
      wear(button, text("copied"));
      setTimeout(() => restoreFace(button), 2000);
    });
  });

  // --- a form filled in by digits: each answers the first question that is open, or the one in focus ---
  document.addEventListener("keydown", (event) => {
    const form = document.querySelector("form[data-keys]");
    if (!form || !/^[1-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("select,textarea,input:not([type=radio])")) return;
    const questions = Array.from(form.querySelectorAll("fieldset[data-question]"));
    const inside = event.target.closest("fieldset[data-question]");
    const asked = inside || questions.find((question) => !question.querySelector("input:checked"));
    const answer = asked && asked.querySelectorAll('input[type="radio"]')[Number(event.key) - 1];
    if (!answer) return;
    event.preventDefault();
    answer.click();
    const next = questions[questions.indexOf(asked) + 1];
    (next ? next.querySelector("input") : form.querySelector("button:not([type=button])")).focus();
  });

  function enhance(root) {
    each("[data-live][data-live-fragment]", live, root);
    const first = root.querySelector("[data-focus]");
    if (first) first.focus();
    ballots();
  }
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt.parentElement || document));
  restore();
  enhance(document);
})();
