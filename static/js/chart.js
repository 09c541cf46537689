// Charts. Load vendor/echarts.common.min.js before.
// <div class="chart" data-chart="id" role="img" aria-label="…"></div> and {{ options|json_script:"id" }}: ECharts options as the server made them.
// Tips are drawn, not written as HTML: inline styles are forbidden (CSP).
const HOUSE = {
  color: ["#1d4f91", "#7fb0ee", "#2f6f4f", "#a35400", "#6b7685", "#9fb2c8"],
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
  grid: { left: 48, right: 16, top: 32, bottom: 32, containLabel: true },
  tooltip: { trigger: "axis", renderMode: "richText", confine: true },
};

for (const element of document.querySelectorAll("[data-chart]")) {
  const options = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const chart = echarts.init(element, null, { renderer: "svg" });
  chart.setOption({ ...HOUSE, animation: false, ...options, tooltip: { ...HOUSE.tooltip, ...options.tooltip } });
  // A piece with an address leads to the rows behind it.
  chart.on("click", ({ data }) => data?.url && location.assign(data.url));
  new ResizeObserver(() => chart.resize()).observe(element);
}
