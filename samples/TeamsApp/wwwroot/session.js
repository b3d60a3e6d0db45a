'use strict';
// Signs out as a single-page application does: by a request of its own, in a page that stays.
// The page's antiforgery token is not needed: no form can send a DELETE, and no other origin may.
for (const button of document.querySelectorAll('[data-sign-out]')) {
  button.addEventListener('click', async () => {
    const answer = await fetch(`/api/session?everywhere=${button.dataset.signOut === 'everywhere'}`, { method: 'DELETE' });
    if (!answer.ok) return;

    // Before the tag's next event, which is no longer that person's.
    window.intilery?.reset();
    window.analytics?.page('Signed out');

    const left = document.querySelector('#signed-out').content.cloneNode(true);
    if (answer.status === 200) {
      left.querySelector('p').textContent = `Your other devices follow within ${(await answer.json()).withinMinutes} minutes.`;
    }
    const header = document.querySelector('header');
    header.replaceChildren(header.querySelector('.brand'), document.querySelector('#signed-out-header').content.cloneNode(true));
    document.querySelector('main').replaceChildren(left);
  });
}
