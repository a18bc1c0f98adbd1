// What this browser keeps until the server has it: one entry each, so that two tabs never overwrite
// one another. A browser that refuses to keep anything keeps it as long as the page lives.

const memory = new Map();

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

// True when it will outlive the page.
export function keep(name, value) {
  const text = JSON.stringify(value);
  try {
    storage().setItem(name, text);
    memory.delete(name);
    return true;
  } catch {
    memory.set(name, text);
    return false;
  }
}

export function recall(name) {
  try {
    const text = memory.get(name) ?? storage()?.getItem(name);
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

export function forget(name) {
  memory.delete(name);
  try {
    storage()?.removeItem(name);
  } catch {
    // Nothing was kept, so nothing is to be forgotten.
  }
}

export function names(prefix) {
  const kept = storage();
  const found = kept ? Array.from({ length: kept.length }, (_, index) => kept.key(index)) : [];
  return [...new Set([...found, ...memory.keys()])].filter((name) => name.startsWith(prefix));
}
