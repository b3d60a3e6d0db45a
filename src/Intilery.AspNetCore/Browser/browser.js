/* Intilery.AspNetCore: resets the website tag after a sign-out, and tells it who has signed in. Belongs before the tag's snippet. */
(function (options) {
  'use strict';
  var self = window.intilery = window.intilery || {}, names = options.ids.concat(options.traits), storage = null, seen, leaving;
  if (self.reset) { return; }

  // The first of a name, as the tag reads it.
  function cookie(name) {
    var rest = ('; ' + document.cookie).split('; ' + name + '=')[1];
    return rest && rest.split(';')[0];
  }

  // At every domain but the last label's, which browsers refuse, and Firefox complains of.
  function expire(name) {
    var labels = location.hostname.split('.'), gone = name + '=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/';
    document.cookie = gone;
    labels.slice(1).forEach(function (_, i) { document.cookie = gone + '; domain=' + labels.slice(i).join('.'); });
  }

  // Older tags keep JSON.
  function plain(text) {
    return text && text.replace(/%22|"/g, '');
  }

  // The tag restores what is missing in one place from the other: both have to go.
  function forget() {
    var now = plain(cookie(options.ids[0]));
    // Another id than the one kept here is of a newer session, on another subdomain.
    if (!now || !storage || now === plain(storage.getItem(options.ids[0]))) {
      options.ids.forEach(expire);
    }
    if (storage) { names.forEach(function (name) { storage.removeItem(name); }); }
  }

  // What the tag of this tab remembers. Its cookies are left alone: they have gone already, or are another tab's new ones.
  function clear(tag) {
    Object.defineProperty(document, 'cookie', { configurable: true, get: function () { return ''; }, set: function () {} });
    try { tag.reset(); } finally { delete document.cookie; }
  }

  // Which reset this origin has carried out. Tabs run in processes of their own, which see each other's storage late, but cookies at once.
  function done(marker) {
    return marker + '@' + location.origin;
  }

  function reset(marker) {
    var tag = window[options.tag], stored = storage && storage.getItem(options.ids[0]);
    forget();
    if (marker) { document.cookie = options.reset + '_done=' + done(marker) + '; max-age=60; path=/; samesite=lax'; }
    if (Array.isArray(tag)) {
      tag.unshift(['reset']);
    } else if (tag && tag.reset) {
      // A tag that is not to use the storage has its cookies alone.
      if (stored) { clear(tag); } else { tag.reset(); }
    }
  }

  // Another tab has reset what is stored, and may have gone on: only what the tag in this one remembers has to go.
  // Where this tab still sees what was stored before, the cookies are right; traits have none.
  function follow(read) {
    var tag = window[options.tag], kept = names.map(read);
    if (tag && tag.reset && !Array.isArray(tag)) { clear(tag); }
    names.forEach(function (name, i) {
      if (kept[i]) { storage.setItem(name, kept[i]); } else { storage.removeItem(name); }
    });
  }

  // First in the queue of a tag that is still loading, so that its automatic page event is the user's already.
  function tell(tag, user) {
    var calls = user.split('&').map(function (id, i) {
      return [i ? 'group' : 'identify', decodeURIComponent(id)];
    });
    if (Array.isArray(tag)) {
      tag.splice.apply(tag, [tag[0] && tag[0][0] === 'reset' ? 1 : 0, 0].concat(calls));
    } else {
      calls.forEach(function (call) { if (tag[call[0]]) { tag[call[0]](call[1]); } });
    }
  }

  function remember(marker) {
    seen = marker;
    if (storage && marker) { storage.setItem(options.reset, marker); }
  }

  function checkReset() {
    try {
      var marker = cookie(options.reset);
      if (marker && marker !== seen) {
        seen = marker;
        if (storage && storage.getItem(options.reset) === marker) {
          follow(function (name) { return storage.getItem(name); });
        } else if (storage && cookie(options.reset + '_done') === done(marker)) {
          follow(function (name) { return decodeURIComponent(cookie(name) || ''); });
        } else {
          reset(marker);
        }
        remember(marker);
      }
    } catch (e) {
      // Cookies and storage may be forbidden, full, or planted by anybody: the page comes first.
    }
  }

  function checkUser() {
    try {
      var user = cookie(options.identify), tag = window[options.tag];
      if (user && tag) {
        expire(options.identify);
        tell(tag, user);
      } else if (user) {
        // As soon as there is one. A page without a tag stays without, and leaves the user to the next page.
        Object.defineProperty(window, options.tag, {
          configurable: true,
          set: function (tag) { delete window[options.tag]; window[options.tag] = tag; checkUser(); }
        });
      }
    } catch (e) {
      // As above.
    }
  }

  function check() {
    leaving = false;
    checkReset();
    checkUser();
  }

  // A page that is just being left for the next must not take the user from it, however long that takes.
  function wait(user, rounds) {
    setTimeout(function () {
      if (leaving && rounds) { wait(user, rounds - 1); } else if (cookie(options.identify) === user) { checkUser(); }
    }, 3000);
  }

  // In a page that is open already.
  function watch() {
    var user = cookie(options.identify);
    checkReset();
    if (user) { wait(user, 20); }
  }

  // For pages that sign out by a request of their own: call it when the answer is there.
  self.reset = function () {
    var marker = cookie(options.reset);
    reset(marker);
    remember(marker);
  };

  try {
    storage = window.localStorage;
    seen = storage.getItem(options.reset);
  } catch (e) {
    // Blocked, for the tag too: its cookies are all there was, and the server has deleted them.
    storage = null;
  }
  if (!storage) { try { seen = cookie(options.reset); } catch (e) { return; } }

  check();
  window.addEventListener('pageshow', check);
  if (window.navigation) {
    window.navigation.addEventListener('navigate', function (e) { leaving = !e.destination.sameDocument && !e.downloadRequest; });
  }
  if (window.cookieStore) {
    window.cookieStore.addEventListener('change', watch);
  } else {
    setInterval(watch, 1000);
  }
})
