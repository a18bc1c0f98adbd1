// Draws the Vega-Lite charts of a page in the page's own colours, again when the theme changes.
// Vega's interpreter (`ast`) evaluates expressions without `eval`, as the content policy asks.

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function config() {
  const text = style("--ts-chart-text");
  const grid = style("--ts-chart-grid");
  return {
    background: "transparent",
    font: "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif",
    view: { stroke: null },
    axis: {
      labelColor: text, titleColor: text, gridColor: grid, domainColor: grid, tickColor: grid,
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: 220,
    },
    legend: { labelColor: text, titleColor: text, labelFontSize: 12, titleFontSize: 12, orient: "top", title: null },
    header: { labelColor: text, titleColor: text },
    text: { color: text, fontSize: 12 },
    rule: { color: text },
    range: { category: [1, 2, 3, 4, 5, 6].map((n) => style(`--ts-series-${n}`)) },
  };
}

// A spec names a colour of the page as "var(--ts-series-1)".
function coloured(value) {
  if (typeof value === "string") {
    const match = /^var\((--[\w-]+)\)$/.exec(value);
    return match ? style(match[1]) : value;
  }
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner)]));
  }
  return value;
}

async function draw(place) {
  const spec = coloured(JSON.parse(document.getElementById(place.dataset.chart).textContent));
  await window.vegaEmbed(place, spec, {
    ast: true,
    actions: false,
    defaultStyle: false,
    renderer: "canvas",
    config: config(),
    tooltip: { disableDefaultStyle: true },
    ...(document.documentElement.lang === "fr" && { formatLocale: FRENCH_NUMBERS, timeFormatLocale: FRENCH_TIMES }),
  });
}

const FRENCH_NUMBERS = {
  decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u00a0€"], percent: "\u00a0%",
};
const FRENCH_TIMES = {
  dateTime: "%A %e %B %Y à %X", date: "%d/%m/%Y", time: "%H:%M:%S", periods: ["AM", "PM"],
  days: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
  shortDays: ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
  months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
  shortMonths: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
};

const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
drawAll();
document.addEventListener("themechange", drawAll);
