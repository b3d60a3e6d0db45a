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
