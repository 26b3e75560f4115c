// What pages do beyond links, forms and htmx; all of it works without scripts.
"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const on = (name, act, capture) => document.addEventListener(name, act, capture);

  // Ticks, kept here: a refresh may bring rows with bare boxes.
  const kept = new Map();
  let last = null;
  const boxes = (form) => [...form.elements].filter((box) => box.type === "checkbox" && box.closest(".tick"));

  function count(form) {
    const rows = boxes(form);
    const ticked = rows.filter((box) => box.checked);
    const n = ticked.length;
    kept.set(form.id, new Set(ticked.map((box) => box.value)));
    const master = document.querySelector(`[data-ticks="${form.id}"]`);
    if (master) {
      master.checked = n > 0 && n === rows.length;
      master.indeterminate = n > 0 && !master.checked;
    }
    form.classList.toggle("ticked", n > 0);
    const put = (element, words) => {
      const rest = (element.dataset.rest ??= element.textContent);
      if (element.textContent !== (n ? words : rest)) element.textContent = n ? words : rest;
    };
    put(form.querySelector(".count"), `${n} selected`);
    if (busy.has(form)) return;
    for (const button of form.querySelectorAll("[data-label]")) {
      put(button, button.dataset.label.replace("{n}", n));
      button.disabled = !n;
    }
  }

  function restore() {
    for (const form of all("[data-bulk]")) {
      const before = kept.get(form.id);
      if (before) for (const box of boxes(form)) box.checked = before.has(box.value);
      count(form);
    }
  }

  on("click", ({ target: box, shiftKey }) => {
    const master = box.dataset.ticks;
    const form = master ? document.getElementById(master) : box.form;
    if (box.type !== "checkbox" || !form?.matches("[data-bulk]")) return;
    const rows = boxes(form);
    const here = rows.indexOf(box);
    const from = shiftKey ? rows.findIndex((row) => row.value === last) : -1;
    const [first, end] = master ? [0, rows.length] : [Math.min(from, here), Math.max(from, here) + 1];
    if (master || from >= 0) for (const row of rows.slice(first, end)) row.checked = box.checked;
    last = box.value;
    count(form);
  });

  // One press, one request; aria-disabled, since a disabled button is not sent.
  const busy = new Map();

  on("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (form.getAttribute("method")?.toLowerCase() !== "post" || form.matches("[data-file]")) return;
    if (busy.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    busy.set(form, button && { button, label: [...button.childNodes] });
    if (!button) return;
    button.ariaDisabled = button.ariaBusy = "true";
    if (button.dataset.busyLabel) button.replaceChildren(button.dataset.busyLabel);
  }, true);

  function free(form) {
    const pressed = busy.get(form);
    if (!busy.delete(form)) return;
    if (pressed?.button.ariaBusy) {
      pressed.button.replaceChildren(...pressed.label);
      pressed.button.ariaDisabled = pressed.button.ariaBusy = null;
    }
    if (form.matches("[data-bulk]")) count(form);
  }
  on("reset", (event) => free(event.target));
  addEventListener("pageshow", () => {
    [...busy.keys()].forEach(free);
    all("[data-bulk]").forEach(count);
  });

  // Polls: elements with id, data-poll (seconds) and hx-trigger="poll". Slow answers make them wait, a hidden tab asks
  // nothing; an answer without data-poll ends them.
  const polls = new Map();

  function wait(id, took) {
    clearTimeout(polls.get(id)?.timer);
    const least = 1000 * (document.getElementById(id)?.dataset.poll || 1);
    polls.set(id, { timer: setTimeout(ask, Math.max(least, 250 * Math.sqrt(took) - 1000), id) });
  }

  function ask(id) {
    const element = document.getElementById(id);
    if (!element?.matches("[data-poll]")) return polls.delete(id);
    if (document.hidden) return polls.set(id, { asleep: true });
    // If no answer is reported: htmx gives up after 60 s.
    polls.set(id, { since: performance.now(), timer: setTimeout(ask, 65000, id) });
    element.dispatchEvent(new Event("poll"));
  }

  function watch() {
    for (const { id } of all("[data-poll]")) if (!polls.has(id)) wait(id, 0);
  }
  on("visibilitychange", () => {
    if (!document.hidden) for (const [id, poll] of polls) if (poll.asleep) ask(id);
  });

  on("htmx:finally:request", ({ detail: { ctx: { sourceElement: source } } }) => {
    const since = polls.get(source.id)?.since;
    if (since) wait(source.id, performance.now() - since);
    free(source.closest("form"));
  });

  // What a swap takes away leaves its focus to its successor or main.
  let held;
  on("htmx:before:swap", () => { held = document.activeElement?.closest("[id]")?.id; });
  on("htmx:after:swap", () => {
    restore();
    watch();
    const lost = held && (document.activeElement ?? document.body) === document.body;
    if (lost) (document.getElementById(held) ?? document.getElementById("main")).focus({ preventScroll: true });
  });

  // Escape and a press elsewhere close menus; Escape hushes bubbles.
  function close(except) {
    for (const menu of all("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
  }
  on("click", (event) => close(event.target));
  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.body.classList.add("hush");
    document.activeElement.closest("details.menu[open]")?.querySelector("summary").focus();
    close(null);
  });
  for (const name of ["pointerover", "focusin"]) on(name, () => document.body.classList.remove("hush"));

  // Keys of a list: see _keys.html.
  on("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
    const list = target.closest("[data-keys]");
    if (!list || ctrlKey || metaKey || altKey) return;
    const rows = [...list.querySelectorAll("tbody>tr:not(.detail)")];
    const row = target.closest("tr");
    rows[rows.indexOf(row) + { j: 1, k: -1 }[key]]?.querySelector("summary,input").focus();
    if (key === "x") row?.querySelector("[type=checkbox],summary").click();
    if (key === "/") setTimeout(() => document.querySelector("[type=search]").focus());
    if (key === "r") htmx.ajax("GET", location.href, { target: list.dataset.keys });
    if (key === "?") document.getElementById("keys").showPopover();
  });

  watch();
})();
