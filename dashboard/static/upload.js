// The upload page: each file is sent by itself; its row shows how far it is, then the answer.
"use strict";
(() => {
  function addRow(list, file) {
    const row = document.createElement("li");
    const name = document.createElement("b");
    const bar = document.createElement("progress");
    name.className = "name";
    name.textContent = bar.ariaLabel = file.name;
    bar.value = 0;
    row.append(name, " ", bar);
    list.append(row);
    return row;
  }

  function show(answer, row) {
    const page = document.createElement("template");
    page.innerHTML = answer;
    const rows = [...page.content.querySelectorAll("li")].filter((item) => !item.parentElement?.closest("li"));
    if (!rows.length) return false;
    row.replaceWith(...rows);
    rows.forEach((item) => htmx.process(item));
    return true;
  }

  function send(form, body, row) {
    const bar = row.querySelector("progress");
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
    };
    request.upload.onload = () => bar.removeAttribute("value");
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Request-Type", "partial");
    request.send(body);
    return new Promise((done) => {
      request.onloadend = () => {
        const elsewhere = request.getResponseHeader("HX-Redirect");
        if (elsewhere) location.assign(elsewhere);
        else if (!show(request.responseText, row)) {
          const why = request.status ? `the answer was ${request.status}` : "no connection";
          bar.replaceWith(`Not taken in: ${why}. Choose the file again.`);
        }
        done();
      };
    });
  }

  let files = 0;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-upload]")) return;
    event.preventDefault();
    const input = form.querySelector("[type=file]");
    const list = document.getElementById(form.dataset.upload);
    const waiting = [...input.files].map((file) => [file, addRow(list, file)]);
    for (const [file, row] of waiting) {
      if (file.size > form.dataset.most) {
        row.lastChild.replaceWith(form.dataset.tooLarge);
        continue;
      }
      const body = new FormData(form);
      body.set(input.name, file);
      await send(form, body, row);
    }
    const n = {};
    for (const { innerText: fate } of list.querySelectorAll(".pill")) n[fate] = (n[fate] ?? 0) + 1;
    files += waiting.length;
    const fates = Object.entries(n).map((one) => one.join(": ")).join(", ");
    list.previousElementSibling.value = `Files: ${files}. Documents: ${fates}`;
    list.nextElementSibling.hidden = false;
    form.reset();
  });
})();
