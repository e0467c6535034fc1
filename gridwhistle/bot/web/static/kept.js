// What does the browser keep for the page? Some keep nothing: then it lasts as long as the page.

function store(name) {
  try {
    return window[name];
  } catch (blocked) {
    return null;
  }
}

function kept(name) {
  const box = store(name);
  const instead = new Map();
  return {
    get: (key) => instead.get(key) ?? box?.getItem(`gridwhistle.${key}`) ?? null,
    set: (key, value) => {
      try {
        box.setItem(`gridwhistle.${key}`, value);
      } catch (fullOrBlocked) {
        instead.set(key, value);
      }
    },
  };
}

// For this browser, and for this tab alone.
export const longKept = kept("localStorage");
export const tabKept = kept("sessionStorage");
