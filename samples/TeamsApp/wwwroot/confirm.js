'use strict';
// Asks before a form does what cannot be undone. Without scripts the form is sent as it is.
for (const form of document.querySelectorAll('form[data-confirm]')) {
  form.addEventListener('submit', submission => {
    if (!window.confirm(form.dataset.confirm)) submission.preventDefault();
  });
}
