// What is kept on this device. A browser may block that, or it is full: then nothing is kept, and nothing else fails.
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

export const storage = {
  get: (key) => attempt(() => localStorage.getItem(key)) ?? "",
  // Whether it is kept.
  set: (key, value) => attempt(() => { localStorage.setItem(key, value); return true; }) ?? false,
  remove: (key) => attempt(() => localStorage.removeItem(key)),
  keys: () => attempt(() => Object.keys(localStorage)) ?? [],
};
