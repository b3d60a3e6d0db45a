'use strict';
// Shows the events as they are recorded, and marks those that came after the last click, on this page or the one before.
const panel = document.querySelector('#events');
const list = panel.querySelector('ol');
let seen = Number(sessionStorage.getItem('events-seen') ?? 0);
let last = seen;
panel.open = window.innerWidth > 640;

const countFresh = () => panel.querySelector('.count').textContent = list.querySelectorAll('.fresh').length;
const source = new EventSource('/api/events');
source.onmessage = message => {
  const { number, name, account, details } = JSON.parse(message.data);
  last = Math.max(last, number);
  const item = document.createElement('li');
  item.className = number > seen ? 'fresh' : '';
  const title = document.createElement('strong');
  title.textContent = name;
  const text = document.createElement('code');
  text.textContent = JSON.stringify(details ?? {});
  item.append(title, account ? ` of account ${account.slice(0, 8)} ` : ' ', text);
  list.prepend(item);
  countFresh();
};

// Events are there before the answer of a click is: what was seen is noted when it is made, and not when its page leaves.
document.addEventListener('click', click => {
  if (!click.target.closest('a, button')) return;
  seen = last;
  sessionStorage.setItem('events-seen', seen);
  for (const item of list.querySelectorAll('.fresh')) item.className = '';
  countFresh();
}, true);
window.addEventListener('pagehide', () => source.close());
