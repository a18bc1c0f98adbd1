// What is written: a text, or a number in the digits of any script.

const EASTERN = /[\u0660-\u0669\u06f0-\u06f9]/g;
const NUMBER = /^[+-]?\d{1,15}(\.\d{1,9})?$/;

export function text(node) {
  const area = node.querySelector("textarea");
  return {
    ...common(area),
    value: () => area.value.trim() || null,
    fault: ({ texts }) => (area.value.trim() ? "" : texts.write),
    clear: () => false, // Backspace outside of it is not meant for what somebody wrote
    press: () => false,
  };
}

export function number(node) {
  const input = node.querySelector("input");
  const { least, most, stepSize } = node.dataset;
  return {
    ...common(input),
    value: () => parsed(input.value),
    draft: () => input.value.trim() || null,
    fault: ({ texts, numbers }) => numberFault(parsed(input.value), { least, most, stepSize }, texts, numbers),
    clear() {
      const had = input.value !== "";
      input.value = "";
      return had;
    },
    // A digit for a number is written into it, wherever the focus was.
    press(key) {
      if (!/^[0-9]$/.test(key)) return false;
      input.focus();
      input.value += key;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      return true;
    },
  };
}

function common(input) {
  return {
    isWritten: true,
    restore: (value) => { input.value = String(value); },
    focus: () => input.focus(),
  };
}

export function parsed(written) {
  const plain = written.trim().replace(EASTERN, (digit) => String(digit.charCodeAt(0) & 0xf)).replace(/[,٫]/, ".").replace("−", "-");
  return NUMBER.test(plain) ? Number(plain) : null;
}

function numberFault(value, { least, most, stepSize }, texts, numbers) {
  if (value === null) return texts.a_number;
  const [low, high] = [least === undefined ? -Infinity : Number(least), most === undefined ? Infinity : Number(most)];
  if (value < low || value > high) {
    const text = low === -Infinity ? texts.number_most : high === Infinity ? texts.number_least : texts.number_range;
    return text.replace("{least}", numbers.format(low)).replace("{most}", numbers.format(high));
  }
  if (stepSize === undefined) return "";
  const steps = (value - (least === undefined ? 0 : low)) / Number(stepSize);
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? texts.number_step.replace("{step}", numbers.format(stepSize)) : "";
}
