'use strict';
// The page's antiforgery token is not needed: the API takes JSON from this origin only, which no form can send.
for (const button of document.querySelectorAll('[data-trial]')) {
  button.addEventListener('click', async () => {
    const address = `/api/teams/${document.querySelector('script[data-team]').dataset.team}/trial`;
    const answer = button.dataset.trial === 'start'
      ? await fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ planName: 'Business', days: +button.dataset.days, minutes: +button.dataset.minutes }) })
      : await fetch(`${address}/end`, { method: 'POST' });
    if (answer.ok) location.reload();
  });
}

// Counts the trial down, and shows its end when it has come.
const countdown = document.querySelector('time[data-until]');
if (countdown) {
  const end = Date.parse(countdown.dataset.until);
  const count = (number, unit) => number === 1 ? `1 ${unit}` : `${number} ${unit}s`;
  const timer = setInterval(() => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds <= 0) {
      clearInterval(timer);
      setTimeout(() => location.reload(), 1000);
      return;
    }

    const parts = [[Math.floor(seconds / 86400), 'day'], [Math.floor(seconds / 3600) % 24, 'hour'], [Math.floor(seconds / 60) % 60, 'minute'], [seconds % 60, 'second']];
    const first = parts.findIndex(([number]) => number > 0);
    countdown.textContent = parts.slice(first, first + 2).map(([number, unit]) => count(number, unit)).join(' ');
  }, 1000);
}
