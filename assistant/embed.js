// The chat of a shop in the shop's own pages:
//   <script src="https://HOST/embed.js" data-key="site_…" data-title="Ask us" defer></script>
// A strict Content-Security-Policy of the shop only needs HOST under script-src and connect-src: nothing is evaluated, no
// style element or attribute is written, no text is read as markup, and no other host is asked.
(() => {
  "use strict";
  const self = document.currentScript;
  const base = new URL(self.src).origin + "/api";
  const key = self.dataset.key || "";
  const title = self.dataset.title || "Ask us";
  const words = Object.assign({ send: "Send", hint: "Your question", close: "Close", helpful: "Helpful", not: "Not helpful",
    thanks: "Thank you", failed: "No answer this time. Please try again." }, JSON.parse(self.dataset.words || "{}"));
  const place = "shopkeeper-conversation";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483000; font: 16px/1.45 system-ui, sans-serif; }
    * { box-sizing: border-box; font: inherit; }
    button { cursor: pointer; border: 1px solid #c9ccd1; border-radius: 10px; background: #fff; color: #1d2733; padding: .45rem .8rem; }
    button:focus-visible, textarea:focus-visible { outline: 3px solid #2f6f6a; outline-offset: 2px; }
    .open, .send { background: #1f5c57; border-color: #1f5c57; color: #fff; }
    .open { padding: .7rem 1.2rem; border-radius: 999px; box-shadow: 0 4px 18px rgba(0,0,0,.22); }
    .box { display: flex; flex-direction: column; width: min(24rem, calc(100vw - 2rem)); height: min(36rem, calc(100vh - 2rem));
      background: #fff; color: #1d2733; border: 1px solid #d5d9de; border-radius: 16px; box-shadow: 0 12px 40px rgba(0,0,0,.25); overflow: hidden; }
    .top { display: flex; justify-content: space-between; align-items: center; padding: .7rem 1rem; border-bottom: 1px solid #e4e7ea; font-weight: 600; }
    .said { flex: 1; overflow-y: auto; padding: 1rem; display: flex; flex-direction: column; gap: .6rem; }
    .said p { margin: 0; padding: .6rem .8rem; border-radius: 12px; max-width: 88%; overflow-wrap: anywhere; white-space: pre-line; }
    .shop, .staff { background: #f1f4f3; align-self: flex-start; }
    .staff { border-left: 4px solid #1f5c57; }
    .customer { background: #1f5c57; color: #fff; align-self: flex-end; }
    .note { color: #5a6675; font-size: .85rem; align-self: flex-start; }
    .choices { display: flex; flex-wrap: wrap; gap: .4rem; }
    .ask { display: flex; gap: .5rem; padding: .7rem; border-top: 1px solid #e4e7ea; }
    textarea { flex: 1; resize: none; border: 1px solid #c9ccd1; border-radius: 10px; padding: .5rem .7rem; }
    [hidden] { display: none !important; }
    @media (prefers-reduced-motion: no-preference) { .box { animation: up .16s ease-out; } @keyframes up { from { transform: translateY(8px); opacity: 0; } } }
  `);
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  root.adoptedStyleSheets = [sheet];
  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  };
  const open = make("button", "open", title);
  const box = make("section", "box");
  box.hidden = true;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", title);
  const top = make("div", "top");
  const close = make("button", "", words.close);
  top.append(make("span", "", title), close);
  const said = make("div", "said");
  said.setAttribute("aria-live", "polite");
  const ask = make("form", "ask");
  const field = make("textarea");
  field.rows = 1;
  field.maxLength = 2000;
  field.placeholder = words.hint;
  field.setAttribute("aria-label", words.hint);
  const send = make("button", "send", words.send);
  ask.append(field, send);
  box.append(top, said, ask);
  root.append(open, box);

  let conversation = sessionStorage.getItem(place) || "";
  let last = 0;
  let busy = false;
  let watching = 0;
  const call = (path, body, accept) => fetch(base + path, {
    method: body ? "POST" : "GET", body: body ? JSON.stringify(body) : undefined, credentials: "omit", referrerPolicy: "origin",
    headers: Object.assign({ Authorization: "Bearer " + key }, body ? { "Content-Type": "application/json" } : {}, accept ? { Accept: accept } : {}),
  });
  const show = (who, text) => {
    const line = make("p", who, text);
    said.append(line);
    said.scrollTop = said.scrollHeight;
    return line;
  };
  const offer = (choices) => {
    if (!choices.length) return;
    const row = make("div", "choices");
    for (const choice of choices) {
      const button = make("button", "", choice);
      button.type = "button";
      button.addEventListener("click", () => { row.remove(); field.focus(); say(choice); });
      row.append(button);
    }
    said.append(row);
    said.scrollTop = said.scrollHeight;
  };
  const judge = (number) => {
    const row = make("div", "choices");
    for (const [text, good] of [[words.helpful, true], [words.not, false]]) {
      const button = make("button", "", text);
      button.type = "button";
      button.addEventListener("click", () => {
        call("/feedback", { conversation, number, is_helpful: good });
        row.replaceWith(make("span", "note", words.thanks));
        field.focus(); // the button that had the focus is gone
      });
      row.append(button);
    }
    said.append(row);
  };
  const read = async (answer, take) => {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      rest += value || "";
      const lines = rest.split("\n");
      rest = lines.pop();
      for (const line of lines) if (line.trim()) take(JSON.parse(line));
      if (done) return;
    }
  };
  const whole = (reply) => {
    conversation = reply.conversation;
    sessionStorage.setItem(place, conversation);
    last = reply.number;
    for (const one of reply.citations) said.append(make("span", "note", "“" + one.title + "” · " + one.source));
    offer(reply.choices);
    if (reply.decision === "answer" && !reply.needs) judge(reply.number);
    if (reply.ticket) watch();
  };
  const say = async (text) => {
    if (busy || !text.trim()) return;
    busy = true;
    show("customer", text);
    field.value = "";
    let line = null;
    try {
      const answer = await call("/answer", conversation ? { message: text, conversation } : { message: text }, "application/x-ndjson");
      if (!answer.ok) throw new Error(String(answer.status));
      await read(answer, (part) => {
        if (part.error) throw new Error(part.error);
        if (part.sentence) {
          if (!line) line = show("shop", part.sentence);
          else line.textContent += " " + part.sentence;
          said.scrollTop = said.scrollHeight;
        }
        if (part.conversation) whole(part);
      });
    } catch (problem) {
      if (String(problem.message) === "400") { conversation = ""; sessionStorage.removeItem(place); }
      show("note", words.failed);
      field.value = text;
    } finally {
      busy = false;
    }
  };
  const news = async () => {
    if (!conversation || busy || document.hidden) return;
    const answer = await call("/conversations/" + encodeURIComponent(conversation) + "/turns?after=" + last);
    if (!answer.ok) return;
    for (const turn of await answer.json()) {
      if (turn.who === "staff") show("staff", (turn.by ? turn.by + ": " : "") + turn.text);
      last = turn.number;
    }
  };
  const watch = () => { if (!watching) watching = setInterval(() => news().catch(() => {}), 15000); };
  const again = async () => {
    if (!conversation) return;
    const answer = await call("/conversations/" + encodeURIComponent(conversation) + "/turns?after=0");
    if (!answer.ok) { conversation = ""; sessionStorage.removeItem(place); return; }
    let asked = false;
    for (const turn of await answer.json()) { show(turn.who, turn.text); last = turn.number; asked = asked || Boolean(turn.ticket); }
    if (asked) watch();
  };
  let begun = false;
  const toggle = (is) => {
    box.hidden = !is;
    open.hidden = is;
    if (is && !begun) { begun = true; again().catch(() => {}); }
    if (is) field.focus(); else open.focus();
  };
  open.addEventListener("click", () => toggle(true));
  close.addEventListener("click", () => toggle(false));
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") toggle(false); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); say(field.value); }
  });
  ask.addEventListener("submit", (event) => { event.preventDefault(); say(field.value); });
  document.body.append(host);
})();
