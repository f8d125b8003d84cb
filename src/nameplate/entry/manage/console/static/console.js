// What the pages cannot do as plain HTML: live news, acts that answer in place, the theme, a few keys.

const said = document.querySelector("[data-live-state]");
const shownState = (state, text) => {
  if (!said) return;
  said.dataset.liveState = state;
  said.textContent = text;
};

// The theme that somebody chose wins over that of their system.
const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.getElementById("find")?.focus();
  }
});

// News: pages that show decisions say that there are newer ones; nothing moves under the reader's eyes.
if (said) {
  const news = new EventSource("/console/live");
  let fresh = 0;
  news.onopen = () => shownState("live", "live");
  news.onerror = () => shownState("lost", "connection lost, trying again");
  news.onmessage = (event) => {
    const record = JSON.parse(event.data);
    document.dispatchEvent(new CustomEvent("nameplate:record", { detail: record }));
    if (record.kind === "decision") {
      fresh += 1;
      shownState("live", `live, ${fresh} new`);
    }
  };
}

// In a narrow window the menu is a line that may be longer than the window. Not scrollIntoView: some browsers let the
// Tab key go on from there, past the link that skips to the content.
const current = document.querySelector(".menu [aria-current]");
const middle = (box) => box.x + box.width / 2;
if (current) {
  const menu = current.closest("ul");
  menu.scrollLeft += middle(current.getBoundingClientRect()) - middle(menu.getBoundingClientRect());
}

// A table that is wider than its place is moved by the arrow keys.
for (const wide of document.querySelectorAll(".wide")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;

const text = (tag, content, kind) => {
  const made = document.createElement(tag);
  made.textContent = content;
  if (kind) made.className = kind;
  return made;
};

const body = (form) => {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (name.endsWith("[]")) (found[name.slice(0, -2)] ??= []).push(value);
    else found[name] = value;
  }
  return found;
};

const receipt = ({ point, ms }) => text("li", `${point} has applied it after ${ms} ms, signed`);

// Receipts of a stop as they arrive, while the answer still waits for the last of them. Returns what ends that.
const hearing = (actor, place) => {
  let stop;
  const list = document.createElement("ul");
  const hear = ({ detail: record }) => {
    if (actor && record.kind === "state" && record.actor === actor) stop = record.stop;
    if (record.kind === "receipt" && stop && record.stop === stop) list.append(receipt(record));
  };
  place.append(list);
  document.addEventListener("nameplate:record", hear);
  return () => document.removeEventListener("nameplate:record", hear);
};

const receipts = (stop) => {
  const list = document.createElement("ul");
  for (const each of stop.receipts) list.append(receipt(each));
  for (const each of stop.online) list.append(text("li", `${each} asks each time: it is refused from now on`));
  for (const each of stop.missing) list.append(text("li", `${each} did not answer; at worst it takes ${stop.bound_ms} ms`));
  return list;
};

const show = (place, answer, status) => {
  const fine = status < 300;
  const box = text("div", "", fine ? "told" : "told bad");
  if (!fine) box.append(text("p", `${answer.detail ?? "It could not be done."} ${answer.remedy ?? ""}`));
  else if (answer.stop) box.append(text("p", `Now ${answer.state}. In force before this answer came.`), receipts(answer.stop));
  else box.append(text("p", "Done."));
  place.replaceChildren(box);
  // The button may be gone by then: who has no mouse goes on from here.
  place.tabIndex = -1;
  place.focus();
};

// What an act has changed on this page, from the same page anew.
const renew = async () => {
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-renew]")) part.replaceWith(fresh.getElementById(part.id) ?? "");
};

// Acts go to the same API as all others; who may do what is decided there.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  const place = document.querySelector(form.dataset.result);
  const button = form.querySelector("button");
  button.disabled = true;
  place.replaceChildren(text("p", form.dataset.actor ? "Telling every point ..." : "One moment ..."));
  const done = hearing(form.dataset.actor, place);
  try {
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body(form)) };
    const answer = await fetch(form.dataset.act, request);
    show(place, await answer.json(), answer.status);
    // The act is done, whether the page can be had again or not.
    if (answer.ok) await renew().catch(() => {});
  } catch {
    show(place, { detail: "The server did not answer.", remedy: "Try again." }, 503);
  } finally {
    done();
    button.disabled = false;
  }
});
