// Live updates, and nothing that the page needs: without this it is read, moved from and reloaded as well.
"use strict";

(() => {
  const body = document.body;
  if (!body.dataset.live || !window.EventSource) return;

  const bar = document.getElementById("live");
  const said = document.getElementById("live-said");
  const pause = document.getElementById("live-pause");
  const follows = body.dataset.follows;
  const JITTER = 3000; // milliseconds: a thousand pages that are told to ask again do not ask at once
  let source = null;
  let asking = null;

  const say = (text) => { if (said.textContent !== text) said.textContent = text; };

  const parsed = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };

  // What has the focus keeps it, though its part is made anew: the link or field in the same place of it.
  const put = (old, fresh) => {
    const links = [...old.querySelectorAll("a, summary, [tabindex]")];
    const held = links.indexOf(document.activeElement);
    old.replaceWith(fresh);
    if (held >= 0) fresh.querySelectorAll("a, summary, [tabindex]")[held]?.focus({ preventScroll: true });
  };

  const moved = (parts) => Object.entries(parts).flatMap(([id, html]) => {
    const old = document.getElementById(id);
    const fresh = old && parsed(html);
    if (!fresh) return [];
    const from = old.dataset.stage;
    put(old, fresh);
    return from && from !== fresh.dataset.stage ? [`${id.replace("route-", "")} is in ${fresh.dataset.stage} now`] : [];
  });

  const ask = () => {
    asking ??= setTimeout(async () => {
      asking = null;
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        // Whatever is not a part stays as it is: a form, say, that somebody is filling in.
        const now = [...document.querySelectorAll("[data-part]")];
        const next = [...fresh.querySelectorAll("[data-part]")];
        if (now.length === next.length) {
          now.forEach((old, place) => {
            if (old.isEqualNode(next[place])) return;
            const opened = [...old.querySelectorAll("details")].map((each) => each.open);
            put(old, next[place]);
            next[place].querySelectorAll("details").forEach((each, index) => { each.open = opened[index] ?? false; });
          });
        } else {
          say("This page has changed as a whole: reload it.");
        }
      } catch {
        say("Live updates stopped: the sidecar does not answer.");
      }
    }, Math.random() * JITTER * (follows ? 0.1 : 1));
  };

  const changed = (event) => {
    const { again, parts } = JSON.parse(event.data);
    if (again || (follows && follows in parts)) ask();
    if (again || follows) return;
    const news = moved(parts);
    if (news.length) say(`${news.slice(0, 3).join(", ")}${news.length > 3 ? `, and ${news.length - 3} more` : ""}.`);
  };

  const start = () => {
    source = new EventSource(`${body.dataset.live}?since=${encodeURIComponent(body.dataset.since)}`);
    source.addEventListener("changed", changed);
    source.addEventListener("open", () => say("Live updates are on."));
    source.addEventListener("error", () => say("Live updates stopped; they are tried again."));
    pause.textContent = "Pause live updates";
  };

  pause.addEventListener("click", () => {
    if (source) {
      source.close();
      source = null;
      say("Live updates are paused.");
      pause.textContent = "Go on with live updates";
    } else {
      start();
      ask();
    }
  });

  bar.hidden = false;
  start();
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted && source) start(); });
})();

// After an order that was refused the reasons are read first.
document.getElementById("trouble-box")?.focus();
