// The page of Intilery.AspNetCore. Plain JavaScript, no build step. Whatever it shows it puts in as text: the page's policy allows no markup.
"use strict";
(() => {
  const settings = document.documentElement.dataset;
  const root = settings.root;
  const isAnonymous = settings.access === "Anonymous";
  const canChange = settings.access === "Mapped" && settings.token;
  const capacity = 500;
  const $ = id => document.getElementById(id);

  // Makes an element. Strings become text; an attribute that starts with "on" is a listener.
  function h(name, attributes, ...children) {
    const svg = name === "svg" || name === "rect" || name === "line" || name === "title";
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
    }
    for (const child of children.flat(3)) {
      if (child !== null && child !== undefined && child !== false) element.append(child);
    }
    return element;
  }

  // Puts these in the place of what an element holds.
  const put = (element, ...children) => element.replaceChildren(...children.flat(3).filter(child => child !== null && child !== undefined && child !== false && child !== ""));

  let toastTimer;
  function toast(text) {
    const element = $("toast");
    element.textContent = text;
    element.classList.add("on");
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => element.classList.remove("on"), 2200);
  }

  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https, and not on localhost, browsers have no clipboard for scripts.
      const area = h("textarea", { "aria-hidden": "true" });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    toast(what + " copied");
  }

  const numbers = new Intl.NumberFormat();
  const many = (count, noun) => `${numbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });
  const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const time = at => clock.format(new Date(at));
  const pretty = json => { try { return JSON.stringify(JSON.parse(json), null, 2); } catch { return json; } };

  function duration(seconds) {
    const parts = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
    for (const [size, name] of parts) {
      const count = Math.floor(seconds / size);
      if (count > 0) return `${count} ${name}${count === 1 ? "" : "s"}`;
    }
    return "just now";
  }
  const since = seconds => seconds < 1 ? "just now" : "for " + duration(seconds);
  const oldest = seconds => seconds < 1 ? "recorded just now" : "the oldest for " + duration(seconds);
  const ago = at => { const s = (Date.now() - new Date(at)) / 1000; return s < 1 ? "just now" : duration(s) + " ago"; };

  async function read(view) {
    const response = await fetch(`${root}/${view}`, { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return response.json();
  }

  async function post(action, values) {
    const body = new URLSearchParams(values);
    body.append(settings.field, settings.token);
    const response = await fetch(`${root}/${action}`, { method: "POST", body });
    if (!response.ok) throw new Error(response.status === 400 ? "Refused: reload the page, and try again." : `Refused: ${response.status}.`);
    return response.json();
  }

  // ---- Live ----------------------------------------------------------------------------------------------------------------------------

  const states = ["captured", "composed", "merged", "recorded", "delivered", "retried", "split", "dead", "suppressed", "missed"];
  const track = ["captured", "composed", "recorded", "delivered"];
  const answered = ["delivered", "retried", "split", "dead"];
  const names = ["captured", "composed", "merged", "recorded", "delivered", "retrying", "batch split", "dead letter", "suppressed", "missed"];
  const pageSize = 100;        // So many rows are in the document, until somebody asks for older ones: a frame costs what is in it.
  const mostLit = 10;          // At most so many new rows light up at a time: each is painted again in every frame.
  let lifecycle = new Set();   // The names of the specification's events, from the server.
  const rows = new Map();      // By id: what the feed said last.
  const matched = new Set();   // The ids of the rows that the filter lets through.
  const shown = new Map();     // By id: the elements of the newest of them, and of those that are open.
  let limit = pageSize;
  let lit = 0;
  const held = new Map();      // What came while paused.
  const open = new Set();
  const knownEvents = new Set();
  let filter = { q: "", event: "", state: "", user: "", account: "", request: "", group: "" };
  let paused = false;
  let dirty = new Set();
  let painting = false;
  let machine = "";
  let modeRemark = "";         // Why nothing becomes "delivered", if nothing does.
  let leftOut = 0;             // Steps that came faster than the page could show.

  function matches(row) {
    const has = (value, part) => (value ?? "").toLowerCase().includes(part.toLowerCase());
    return (!filter.event || row.event === filter.event)
      && (!filter.state || row.state === filter.state)
      && (!filter.user || has(row.user, filter.user))
      && (!filter.account || has(row.account, filter.account))
      && (!filter.request || row.scope === filter.request || row.trace === filter.request)
      && (!filter.q || [row.event, row.user, row.account, row.endpoint, row.trace, row.reason, row.json].some(value => has(value, filter.q)));
  }

  function receive(batch) {
    if (paused) {
      for (const row of batch) held.set(row.id, row);
      while (held.size > capacity) held.delete(held.keys().next().value);
      count();
      return;
    }
    for (const row of batch) {
      rows.set(row.id, row);
      dirty.add(row.id);
      if (!knownEvents.has(row.event)) {
        knownEvents.add(row.event);
        $("event").append(h("option", { value: row.event }, row.event));
        if (filter.event === row.event) $("event").value = row.event;
      }
    }
    if (rows.size > capacity) {
      for (const id of [...rows.keys()].sort((a, b) => a - b).slice(0, rows.size - capacity)) {
        rows.delete(id);
        open.delete(id);
        dirty.add(id);
      }
    }
    if (!painting) {
      painting = true;
      requestAnimationFrame(paint);
    }
  }

  function drop(id) {
    const element = shown.get(id);
    if (element) {
      const before = element.li.previousElementSibling;
      element.li.remove();
      shown.delete(id);
      if (before?.classList.contains("scope") && !before.nextElementSibling?.classList.contains("row")) before.remove();
    }
  }

  function paint() {
    painting = false;
    for (const id of dirty) {
      const row = rows.get(id);
      if (row && matches(row)) matched.add(id); else matched.delete(id);
    }
    const newest = [...matched].sort((a, b) => b - a);
    const ids = newest.filter((id, i) => i < limit || open.has(id));
    const wanted = new Set(ids);
    for (const id of [...shown.keys()]) if (!wanted.has(id)) drop(id);
    for (const id of ids.reverse()) {
      const row = rows.get(id);
      let element = shown.get(id);
      if (element && !dirty.has(id)) continue;
      if (!element) {
        element = make(row);
        shown.set(id, element);
        place($("rows"), row, element.li);
      }
      fill(element, row);
    }
    dirty = new Set();
    const older = newest.length - shown.size;
    $("more").hidden = older === 0;
    $("more").textContent = `Show ${many(Math.min(pageSize, older), "older event")}`;
    count();
  }

  // Newest first; grouped, below the heading of its request, oldest first.
  function place(list, row, li) {
    if (!filter.group) {
      let next = list.firstElementChild;
      while (next && Number(next.dataset.id) > row.id) next = next.nextElementSibling;
      list.insertBefore(li, next);
      return;
    }
    // What became no event knows its request, and not the scope of the others.
    const key = row.endpoint && row.trace ? row.trace + " " + row.endpoint : row.scope ?? row.trace ?? "none-" + row.id;
    let heading = [...list.children].find(child => child.classList.contains("scope") && child.dataset.key === key);
    if (!heading) {
      heading = h("li", { class: "scope", "data-key": key }, h("b", {}, row.endpoint ?? "Outside of a request"), h("span", {}, time(row.at)), row.trace ? h("code", { title: "Trace " + row.trace }, short(row.trace)) : "");
      list.prepend(heading);
    }
    let last = heading;
    while (last.nextElementSibling?.classList.contains("row") && Number(last.nextElementSibling.dataset.id) < row.id) last = last.nextElementSibling;
    last.after(li);
  }

  const short = trace => /^[0-9a-f]{32}$/.test(trace) ? trace.slice(0, 8) : trace;

  function lightUp(row) {
    if (lit >= mostLit || Date.now() - new Date(row.at) >= 3000) return false;
    lit++;
    setTimeout(() => lit--, 1600);
    return true;
  }

  function make(row) {
    const cells = {
      time: h("span", { class: "time" }), what: h("span", { class: "what" }), state: h("span", { class: "state" }), who: h("span", { class: "who mono" }),
      acct: h("span", { class: "acct mono dim" }), where: h("span", { class: "where dim" }), track: h("span", { class: "track", "aria-hidden": "true" }, track.map(() => h("i"))),
    };
    const detail = h("div", { class: "detail", id: "detail-" + row.id, hidden: true });
    const head = h("button", { type: "button", class: "head", "aria-expanded": "false", "aria-controls": "detail-" + row.id, onclick: () => toggle(row.id) }, Object.values(cells));
    const li = h("li", { class: lightUp(row) ? "row fresh" : "row", "data-id": row.id }, head, detail);
    return { li, head, detail, cells, json: null };
  }

  function fill(element, row) {
    const { cells } = element;
    cells.time.textContent = time(row.at);
    cells.time.title = moment.format(new Date(row.at));
    cells.what.textContent = row.event;
    cells.what.classList.toggle("identify", row.event === "identify");
    cells.state.textContent = names[states.indexOf(row.state)] ?? row.state;
    cells.state.className = "state " + row.state;
    cells.who.textContent = nameOf(row);
    cells.who.title = row.user ?? "";
    const lacksAccount = !row.account && row.json && lifecycle.has(row.event);
    cells.acct.textContent = row.account ?? (lacksAccount ? "no account" : "");
    cells.acct.classList.toggle("none", Boolean(lacksAccount));
    cells.acct.title = row.account ? `${row.account}, from the ${row.accountFrom}` : "";
    put(cells.where, row.reason ? h("b", {}, row.reason) : null, row.endpoint ? h("span", {}, row.endpoint) : null, row.trace ? h("code", {}, short(row.trace)) : null);
    cells.where.classList.toggle("why", Boolean(row.reason));
    cells.where.title = [row.reason && meaningOf(row.reason), row.endpoint, row.trace && "trace " + row.trace].filter(Boolean).join(" · ");
    const reached = track.findLastIndex(name => row.steps.some(step => step.state === name));
    [...cells.track.children].forEach((dot, i) => dot.classList.toggle("done", i <= reached));
    cells.track.className = "track" + (row.state === "delivered" ? " good" : row.state === "dead" || row.state === "missed" ? " bad" : "");
    if (open.has(row.id)) {
      element.head.setAttribute("aria-expanded", "true");
      element.detail.hidden = false;
      element.li.classList.add("open");
      describe(element, row);
    }
  }

  // What the reasons mean: an enricher of the application may have others.
  let meanings = {};
  const meaningOf = reason => meanings[reason] ? `${reason}: ${meanings[reason]}` : reason;

  // People are known by their addresses, not by keys, once a call has said them.
  const people = new Map();
  function nameOf(row) {
    if (row.user && row.json && !people.has(row.user) && ["identify", "Signed Up", "Signed In", "Signed Out"].includes(row.event)) {
      const call = JSON.parse(row.json);
      const name = call.traits?.email ?? call.properties?.email ?? call.traits?.username ?? call.properties?.username;
      if (people.size >= 2 * capacity) people.clear();
      if (typeof name === "string") people.set(row.user, name);
    }
    return people.get(row.user) ?? row.user ?? "";
  }

  function toggle(id) {
    const element = shown.get(id);
    const isOpen = !open.has(id);
    if (isOpen) open.add(id); else open.delete(id);
    element.head.setAttribute("aria-expanded", String(isOpen));
    element.detail.hidden = !isOpen;
    element.li.classList.toggle("open", isOpen);
    if (isOpen) describe(element, rows.get(id));
  }

  function describe(element, row) {
    const pair = (name, value, key) => value ? [h("dt", {}, name), h("dd", {}, key
      ? h("button", { type: "button", class: "mono", title: "Show only these", onclick: () => narrow(key, value) }, value) : h("span", { class: "mono" }, value))] : [];
    const steps = h("ol", { class: "steps" }, row.steps.map(step => h("li", {},
      names[states.indexOf(step.state)] ?? step.state, step.count > 1 ? ` ×${step.count}` : "", " ", h("span", { class: "dim" }, time(step.at)),
      step.detail ? h("small", {}, answered.includes(step.state) ? "Answer: " + step.detail : step.detail) : null)));
    const facts = h("dl", { class: "facts" },
      pair("User", row.user, "user"), pair("Account", row.account, "account"), pair("From", row.accountFrom), pair("Endpoint", row.endpoint), pair("Trace", row.trace, "request"));
    const bar = (title, ...buttons) => h("div", { class: "bar" }, h("strong", {}, title), buttons);
    const json = row.json ? h("div", { class: "code" },
      bar(row.json.includes('"sentAt"') ? "As sent to Intilery" : "As recorded",
        h("button", { type: "button", class: "small", onclick: () => copy(row.json, "JSON") }, "Copy JSON"),
        h("button", { type: "button", class: "small", onclick: () => copy(curl(row.json), "cURL") }, "Copy cURL")),
      h("pre", { tabindex: "0", "data-json": row.json }, pretty(row.json))) : null;
    const fact = row.fact ? h("div", { class: "code" }, bar("The fact that it came from"), h("pre", { tabindex: "0" }, JSON.stringify(row.fact, null, 2))) : null;
    put(element.detail, h("div", {}, steps, facts), h("div", {}, json, fact,
      json || fact ? null : h("p", { class: "dim" }, isAnonymous ? "Details are shown only where the page requires authorization."
        : row.state === "suppressed" ? ["By rule no event is sent for this. ", reasonOf(row)]
        : row.state === "missed" ? ["An event should have been sent for this, and was not. ", reasonOf(row)]
        : "There are no more details.")));
  }

  const reasonOf = row => h("span", {}, h("b", {}, row.reason), meanings[row.reason] ? ": " + meanings[row.reason] : "", ".");

  let destination = "https://tracking.intilery.com/track/CLIENT/ACCOUNT/BRAND";
  function curl(json) {
    const quoted = `{"batch":[${json}]}`.replaceAll("'", "'\\''");
    return `curl -X POST '${destination}/v1/batch' \\\n  -H 'auth-token: '"$INTILERY_AUTH_TOKEN" \\\n  -H 'content-type: application/json' \\\n  --data '${quoted}'`;
  }

  function count() {
    const total = rows.size;
    const filtered = Object.entries(filter).some(([key, value]) => key !== "group" && value);
    $("count").textContent = (total === 0 ? "" : `${shown.size} ${shown.size < total ? `of ${total} ` : ""}shown, captured by ${machine || "this node"}; the last ${capacity} are kept`)
      + (total && modeRemark ? ` · ${modeRemark}` : "")
      + (leftOut ? ` · ${numbers.format(leftOut)} steps came too fast to be shown` : "")
      + (paused ? `${total ? " · " : ""}paused, ${held.size} waiting` : "");
    $("empty").replaceChildren(...(shown.size > 0 ? [] : filtered && total > 0
      ? [h("strong", {}, "Nothing matches"), "Change the filter, or ", h("button", { type: "button", class: "small", onclick: reset }, "show everything"), "."]
      : [h("strong", {}, "Waiting for the first event"), "Sign in to the application in another tab: it appears here at once. What other nodes capture is on their pages."]));
  }

  function narrow(key, value) {
    filter[key] = value;
    keep();
  }

  function reset() {
    filter = { q: "", event: "", state: "", user: "", account: "", request: "", group: filter.group };
    keep();
  }

  // The filter is in the address, so that it can be shared.
  function keep() {
    const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
    const text = query.toString();
    history.replaceState(null, "", "#/live" + (text ? "?" + text : ""));
    apply();
  }

  function apply() {
    for (const key of ["q", "user", "account", "state"]) if ($(key).value !== filter[key]) $(key).value = filter[key];
    if (filter.event && !knownEvents.has(filter.event)) {
      knownEvents.add(filter.event);
      $("event").append(h("option", { value: filter.event }, filter.event));
    }
    $("event").value = filter.event;
    $("group").setAttribute("aria-pressed", String(Boolean(filter.group)));
    $("rows").classList.toggle("grouped", Boolean(filter.group));
    shown.clear();
    matched.clear();
    limit = pageSize;
    $("rows").replaceChildren();
    dirty = new Set(rows.keys());
    paint();
  }

  function pause(isPaused) {
    paused = isPaused;
    $("pause").setAttribute("aria-pressed", String(paused));
    $("pause").textContent = paused ? "Resume" : "Pause";
    if (!paused) {
      const waiting = [...held.values()];
      held.clear();
      receive(waiting);
    }
    count();
  }

  function connect() {
    const link = $("link");
    const source = new EventSource(root + "/live");
    source.addEventListener("hello", event => {
      const node = JSON.parse(event.data);
      machine = node.machine;
      lifecycle = new Set(node.events);
      link.textContent = "Live from " + machine;
      link.className = "link on";
      rows.clear();
      held.clear();
      open.clear();
      leftOut = 0;
      apply();
    });
    source.addEventListener("left-out", event => { leftOut += Number(event.data); count(); });
    source.onmessage = event => receive(JSON.parse(event.data));
    source.onerror = () => {
      link.textContent = source.readyState === EventSource.CLOSED ? "Not connected" : "Reconnecting";
      link.className = "link off";
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
    };
  }

  // ---- Coverage ------------------------------------------------------------------------------------------------------------------------

  const lights = { seen: "Seen", ready: "Ready", missing: "Missing", impossible: "Impossible" };
  const legend = [
    ["seen", "captured since the start"], ["ready", "captured when it happens"], ["missing", "nothing captures it"], ["impossible", "cannot happen here"],
  ];

  // Code within a hint's prose.
  const code = /("Intilery(?::\w+)+": "[^"]*"|builder\.Services\..*;|await tracker\.TrackAsync\(.*?\)(?=\.(?: |$))|AddDbContext<.*?>\(…\)|AddIntilery\(\)\.\w+<\w+>\(\)|Intilery(?::\w+)+|\[Track\w+\])/;
  const hintOf = hint => h("li", {}, h("span", {}, hint.split(code).map((part, i) => i % 2 ? h("code", {}, part) : part)),
    /builder\.Services\..*;$|"Intilery[:\w]+": "/.test(hint) ? h("button", { type: "button", class: "small", "aria-label": "Copy the line for: " + hint.split(/[:,]/)[0], onclick: () => copy(hint.match(code)[0], "Line") }, "Copy") : null);

  // How much there is to look at, on the tab: who opens the page sees Live first.
  function showFindings(report) {
    const count = report.hints.length;
    $("findings").textContent = String(count);
    $("findings").hidden = count === 0;
    $("findings").title = many(count, "hint");
  }

  async function coverage(section) {
    const report = await read("coverage");
    showFindings(report);
    const open = report.events.filter(line => line.status === "missing" || line.status === "impossible").length;
    put(section, 
      h("h1", {}, open === 0 ? "All ten events are captured" : `${report.events.length - open} of ${report.events.length} events are captured`),
      h("p", { class: "lead" }, `How this application captures each event of the specification. Counted on this node since ${moment.format(new Date(report.since))}.`),
      report.hints.length ? [h("h2", {}, "Worth a look"), h("ul", { class: "hints" }, report.hints.map(hintOf))] : "",
      h("div", { class: "bar" }, h("h2", {}, "Events"),
        h("ul", { class: "legend" }, legend.map(([light, text]) => h("li", {}, h("span", { class: "light " + light }, lights[light]), " ", text)))),
      h("div", { class: "panel" }, report.events.map(line => h("div", { class: "line" },
        h("b", {}, line.eventName),
        h("span", { class: "light " + line.status }, lights[line.status]),
        h("div", { class: "how" }, line.explanation, line.fix ? h("div", { class: "fix" }, h("code", {}, line.fix),
          h("button", { type: "button", class: "small", "aria-label": "Copy the line for " + line.eventName, onclick: () => copy(line.fix, "Line") }, "Copy")) : null),
        h("span", { class: "num" }, line.count ? `${line.count} · ${ago(line.lastSeenAt)}` : "not yet")))));
  }

  // ---- Outbox --------------------------------------------------------------------------------------------------------------------------

  function chart(title, values, kind) {
    const most = Math.max(1, ...values);
    const total = kind === "backlog" ? values.at(-1) : values.reduce((sum, value) => sum + value, 0);
    const svg = h("svg", { class: "chart " + kind, viewBox: "0 0 300 64", preserveAspectRatio: "none", role: "img", "aria-label": kind === "backlog" ? `${title}: ${total} now, at most ${Math.max(...values)} in the last hour` : `${title}: ${total} in the last hour, at most ${Math.max(...values)} a minute` },
      h("line", { x1: 0, y1: 63.5, x2: 300, y2: 63.5 }),
      values.map((value, i) => value ? h("rect", { x: i * 5 + 0.5, y: 63 - value / most * 60, width: 4, height: value / most * 60, rx: 1 }) : null));
    return h("div", { class: "card" }, h("div", { class: "label" }, title + ", last hour"), h("div", { class: "value" }, numbers.format(total)), svg);
  }

  function card(label, value, more, kind) {
    return h("div", { class: "card " + (kind ?? "") }, h("div", { class: "label" }, label), h("div", { class: "value" }, value), more ? h("div", { class: "more" }, more) : null);
  }

  // Asks once more, in place, before much is changed or anything is deleted.
  function confirmed(label, question, act, kind = "danger") {
    const button = h("button", { type: "button", class: "small " + kind, onclick: () => {
      if (button.dataset.armed) { button.disabled = true; act(); return; }
      button.dataset.armed = "1";
      button.textContent = question;
      setTimeout(() => { if (!button.disabled) { delete button.dataset.armed; button.textContent = label; } }, 4000);
    } }, label);
    return button;
  }

  async function act(section, action, values, what) {
    try {
      const done = (await post(action, values)).done;
      toast(done ? what : "Nothing was changed: the list is out of date.");
    } catch (error) {
      toast(error.message);
    }
    await outbox(section);
    $("main").focus({ preventScroll: true });
  }

  async function outbox(section) {
    const data = await read("outbox");
    const charts = h("div", { class: "cards" }, chart("Captured", data.charts.captured, "captured"), chart("Delivered", data.charts.delivered, "delivered"),
      data.keeps ? chart("Waiting", data.charts.backlog, "backlog") : null);
    if (!data.keeps) {
      put(section, h("h1", {}, "Outbox"),
        h("p", { class: "note" }, "Events are shown and not kept: no account is configured, or Intilery:CaptureOnly is set. Set Intilery:ClientId and Intilery:AuthToken to deliver."), charts);
      return;
    }
    const letters = isAnonymous || !data.deadLetters ? { letters: [] } : await read("outbox/dead");
    const waiting = data.waiting === undefined || data.waiting === null ? null : await waitingOf();
    const own = data.waiting - (data.elsewhere ?? 0);
    const delivery = { working: ["Working", "good"], paused: ["Paused", "bad"], retrying: ["Retrying", "warn"], elsewhere: ["Elsewhere", ""] }[data.delivery.state];
    put(section, 
      h("h1", {}, "Outbox"),
      h("p", { class: "lead" }, data.store ? `Events wait in ${data.store}. ` : "", data.delivers ? "" : "This process does not deliver them. ",
        data.isShared ? "What waits is that of all nodes; the charts and the last answers are this node's." : ""),
      data.fault ? h("p", { class: "note bad" }, data.fault) : "",
      data.survivesProcess ? "" : h("p", { class: "note warn" }, "Events wait in memory, and survive a graceful stop only."),
      h("div", { class: "cards" },
        card("Waiting", data.waiting === undefined || data.waiting === null ? "?" : numbers.format(data.waiting), data.waiting === 0 ? "everything is delivered" : data.waiting
          ? [own ? oldest(data.oldest) : null, data.elsewhere ? `${numbers.format(data.elsewhere)} for another destination` : null].filter(Boolean).join(", ") : null),
        card("Dead letters", data.deadLetters === undefined || data.deadLetters === null ? "?" : numbers.format(data.deadLetters), data.deadLetters ? "rejected for good, and kept" : "none", data.deadLetters ? "bad" : ""),
        card("Delivery", delivery[0], data.delivery.text ?? (data.delivery.since ? "since " + moment.format(new Date(data.delivery.since)) : null), delivery[1])),
      charts,
      waiting ?? "",
      data.answers.length ? [h("h2", {}, "Last answers"), h("div", { class: "panel" }, data.answers.map(answer => h("div", { class: "line answer" },
        h("span", { class: "time" }, time(answer.at)),
        h("span", { class: "light " + (answer.isGood ? "seen" : "missing") }, answer.isGood ? "Accepted" : "Not accepted"),
        h("div", { class: "how" }, answer.text),
        h("span", { class: "num" }, many(answer.events, "event")))))] : "",
      data.others.length ? [h("h2", {}, "Other destinations"), h("div", { class: "panel" }, data.others.map(other => h("div", { class: "item" },
        h("div", { class: "mono" }, other.address),
        h("div", { class: "dim" }, `${many(other.events, "event")} waiting, ${many(other.runningTrials, "trial")} running`),
        canChange ? h("div", { class: "acts" },
          confirmed("Redirect to the configured one", "Redirect all of it?", () => act(section, "destination/redirect", { address: other.address, events: other.events, trials: other.runningTrials }, "Redirected"), ""),
          confirmed("Purge", "Delete all of it for good?", () => act(section, "destination/purge", { address: other.address, events: other.events, trials: other.runningTrials }, "Purged"))) : null)))] : "",
      letters.letters.length ? [h("h2", {}, "Dead letters"), lettersOf(section, letters)] : "",
      canChange || isAnonymous ? "" : settings.access === "Mapped"
        ? h("p", { class: "note" }, "To retry and purge from this page, register the framework's antiforgery: ", h("code", {}, "builder.Services.AddAntiforgery();")) : h("p", { class: "note" }, "To retry and purge from this page, map it with a policy: ", h("code", {}, 'app.MapIntilery("/intilery").RequireAuthorization("Operators");')));
  }

  async function waitingOf() {
    if (isAnonymous) return null;
    let data;
    try { data = await read("outbox/waiting"); } catch { return null; }
    const what = data.groups.length ? [h("h2", {}, data.isWhole ? "What waits" : "What waits, of the first thousand"), h("div", { class: "panel" }, data.groups.map(group => h("div", { class: "line wait" },
      h("b", {}, group.event), h("span", { class: "num" }, numbers.format(group.count)), h("div", { class: "how dim" }, oldest(group.age)), h("span", { class: "num" }, many(group.users, "user")))))] : null;
    const held = data.held.length ? [h("h2", {}, data.isHeldWhole ? "Held back" : `Held back, the first ${data.held.length}`),
      h("p", { class: "lead" }, "Events of these users wait until a request, or other work, that changed something for them has ended."),
      h("div", { class: "panel" }, data.held.map(user => h("div", { class: "line wait" },
        h("b", { class: "mono" }, user.user), h("span", { class: "num" }, many(user.events, "event")),
        h("div", { class: "how dim" }, `held back ${since(user.age)}`), h("span", { class: "num" }, many(user.changes, "change")))))] : null;
    const nodes = data.nodes ? [h("h2", {}, "Nodes"), h("div", { class: "panel" }, data.nodes.map(node => h("div", { class: "line" },
      h("b", { class: "mono" }, node.name),
      h("span", { class: "light " + (node.isGone ? "missing" : node.holdsLease ? "seen" : "ready") }, node.isGone ? "Gone" : node.holdsLease ? "Delivers" : "Stands by"),
      h("div", { class: "how dim" }, node.isGone ? "its heartbeat stands still; its events are taken over" : node.holdsLease ? "has the lease on delivery" : "records, and delivers when the lease is free"),
      h("span", { class: "num" }, node.isThis ? "this node" : ""))))] : null;
    return h("div", {}, what, held, nodes);
  }

  function lettersOf(section, page) {
    const panel = h("div", { class: "panel" }, page.letters.map(letter => h("details", { class: "item" },
      h("summary", {}, h("b", {}, letter.event), h("span", {}, letter.reason), h("span", { class: "dim" }, ago(letter.at))),
      letter.user ? h("div", { class: "dim mono" }, "User " + letter.user) : null,
      h("pre", { tabindex: "0" }, pretty(letter.json)),
      h("div", { class: "acts" },
        h("button", { type: "button", class: "small", onclick: () => copy(letter.json, "JSON") }, "Copy JSON"),
        canChange ? [
          h("button", { type: "button", class: "small", onclick: () => act(section, "dead/retry", { id: letter.id }, "It waits for delivery again") }, "Retry"),
          confirmed("Purge", "Delete it for good?", () => act(section, "dead/purge", { id: letter.id }, "Deleted"))] : null))));
    const ids = page.letters.map(letter => ["id", letter.id]);
    return h("div", {}, panel, h("div", { class: "bar" },
      canChange && page.letters.length > 1 ? [
        h("button", { type: "button", class: "small", onclick: () => act(section, "dead/retry", ids, "They wait for delivery again") }, `Retry these ${ids.length}`),
        confirmed(`Purge these ${ids.length}`, "Delete them for good?", () => act(section, "dead/purge", ids, "Deleted"))] : null,
      page.next ? h("button", { type: "button", class: "small", onclick: async event => {
        event.target.remove();
        const next = lettersOf(section, await read("outbox/dead?after=" + encodeURIComponent(page.next)));
        panel.parentElement.after(next);
      } }, "Show more") : null));
  }

  // ---- Set-up --------------------------------------------------------------------------------------------------------------------------

  const modes = {
    delivers: ["delivers", "good", ""], records: ["records only", "warn", "this process does not deliver them"],
    shows: ["shows only", "warn", "shown only and not delivered, see Outbox"], off: ["switched off", "warn", ""],
  };

  function showMode(data) {
    const [text, kind, remark] = modes[data.mode];
    modeRemark = remark;
    count();
    $("mode").textContent = text;
    $("mode").className = "chip " + kind;
    $("mode").hidden = false;
    destination = data.report.find(line => line.name === "Destination" && line.value !== "none")?.value ?? destination;
  }

  async function setup(section) {
    const data = await read("setup");
    showMode(data);
    const checks = h("ul", { class: "checks", "aria-live": "polite" });
    const check = h("button", { type: "button", onclick: async () => {
      check.disabled = true;
      try {
        put(checks, (await post("check", {})).checks.map(item => h("li", {},
          h("span", { class: "light " + (item.isGood === true ? "seen" : item.isGood === false ? "missing" : "") }, item.name), " ", item.text)));
      } catch (error) {
        toast(error.message);
      }
      check.disabled = false;
    } }, "Check the API now");
    const all = h("dl", { class: "pairs" });
    const list = isAll => put(all, isAll || data.configuration.some(item => !item.isDefault) ? "" : h("dt", {}, "Every option has its default."), data.configuration.filter(item => isAll || !item.isDefault)
      .flatMap(item => [h("dt", { class: "mono" }, item.key), h("dd", { class: "mono" + (item.isDefault ? " default" : "") }, item.value)]));
    list(false);
    const more = h("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => {
      const isAll = more.getAttribute("aria-pressed") !== "true";
      more.setAttribute("aria-pressed", String(isAll));
      list(isAll);
    } }, "Show defaults");
    put(section, 
      h("h1", {}, "Set-up"),
      h("p", { class: "lead" }, `${data.application}, ${data.environmentName}. This page shows what this node captures; an outbox in the application's database is shared by all nodes.`),
      isAnonymous ? h("p", { class: "note" }, "The set-up is shown only where the page requires authorization.") : [
        h("h2", {}, "Tracking"),
        h("dl", { class: "pairs panel" }, data.report.flatMap(line => [h("dt", {}, line.name), h("dd", {}, line.value)])),
        h("h2", {}, "The API"),
        h("p", { class: "lead" }, "Checks whether Intilery can be reached and accepts the token. No event is sent."),
        data.hasAntiforgery ? check : h("p", { class: "note" }, "The check needs ", h("code", {}, "builder.Services.AddAntiforgery();"), " Or run ", h("code", {}, "dotnet run -- intilery doctor"), "."),
        checks,
        h("h2", {}, "In Intilery"),
        h("p", { class: "lead" }, "Intilery accepts every event, but keeps an event only after somebody has marked it valid."),
        h("ol", { class: "numbered" },
          h("li", {}, "Send one sample of each event: ", h("code", {}, "dotnet run -- intilery samples")),
          h("li", {}, "Sign in at ", data.schemaUrl ? h("a", { href: data.schemaUrl, rel: "noreferrer", target: "_blank" }, data.schemaUrl) : "Intilery", ", and open Schema."),
          h("li", {}, "Find each of the ten events, and mark it valid.")),
        h("div", { class: "bar" }, h("h2", {}, "Configuration in force"), more),
        h("div", { class: "panel" }, all)]);
  }

  // ---- Views ---------------------------------------------------------------------------------------------------------------------------

  const views = { live: null, coverage, outbox, setup };
  let refresh;

  async function show() {
    const [view, query] = location.hash.replace(/^#\/?/, "").split("?");
    const name = Object.hasOwn(views, view) ? view : "live";
    for (const other of Object.keys(views)) $(other).hidden = other !== name;
    for (const link of $("tabs").children) {
      if (link.getAttribute("href") === "#/" + name) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
    document.title = { live: "Live", coverage: "Coverage", outbox: "Outbox", setup: "Set-up" }[name] + " · Intilery";
    clearInterval(refresh);
    if (name === "live") {
      const given = new URLSearchParams(query);
      filter = Object.fromEntries(Object.keys(filter).map(key => [key, given.get(key) ?? ""]));
      apply();
      return;
    }
    const load = async () => {
      try {
        await views[name]($(name));
      } catch (error) {
        put($(name), h("div", { class: "empty" }, h("strong", {}, "This cannot be read now"), error.message));
      }
    };
    await load();
    if (name !== "setup") refresh = setInterval(async () => {
      // Not under somebody's hands; and the keyboard stays where it is.
      const section = $(name);
      const selection = getSelection();
      if (document.hidden || section.querySelector("details[open], [data-armed]") || (!selection.isCollapsed && section.contains(selection.anchorNode))) return;
      const reachable = () => [...section.querySelectorAll("a, button, summary, [tabindex]")];
      const place = reachable().indexOf(document.activeElement);
      await load();
      if (place >= 0) reachable()[place]?.focus({ preventScroll: true });
    }, 5000);
  }

  for (const [i, state] of states.entries()) $("state").append(h("option", { value: state }, names[i]));
  $("filters").addEventListener("submit", event => event.preventDefault());
  for (const key of ["q", "user", "account", "event", "state"]) {
    $(key).addEventListener("input", () => narrow(key, $(key).value));
  }
  $("group").addEventListener("click", () => narrow("group", filter.group ? "" : "1"));
  $("pause").addEventListener("click", () => pause(!paused));
  $("more").addEventListener("click", () => { limit += pageSize; paint(); });
  $("clear").addEventListener("click", () => { rows.clear(); held.clear(); open.clear(); apply(); });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const head = event.target.closest?.(".head");
    if (event.key === "/" && !$("live").hidden) { event.preventDefault(); $("q").focus(); }
    else if (event.key === "p" && !$("live").hidden) pause(!paused);
    else if (head && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const heads = [...document.querySelectorAll("#rows .head")];
      heads[heads.indexOf(head) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
      event.preventDefault();
    }
  });
  // The address is the view's: the link to the content must not change it.
  document.querySelector(".skip").addEventListener("click", event => { event.preventDefault(); $("main").focus(); });
  addEventListener("hashchange", show);
  if (!location.hash) history.replaceState(null, "", "#/live");
  if (isAnonymous) { $("user").hidden = true; $("account").hidden = true; $("group").hidden = true; }
  show();
  connect();
  read("setup").then(showMode, () => {});
  read("reasons").then(data => { meanings = data; }, () => {});
  const look = () => read("coverage").then(showFindings, () => {});
  look();
  setInterval(() => { if (!document.hidden) look(); }, 15000);
})();
