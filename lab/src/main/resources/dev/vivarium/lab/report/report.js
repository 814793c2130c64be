// Draws the training curves. Everything else on the page is plain HTML and SVG.
(function () {
  'use strict';
  var series = JSON.parse(document.getElementById('data').textContent).training;
  var curves = document.querySelector('.curves');
  var dashes = ['solid', [7, 4], [2, 3], [10, 3, 2, 3]];
  var scale = 'value';
  var charts = [];

  function openAll() {
    document.querySelectorAll('details').forEach(function (one) { one.open = true; });
  }

  function colour(name, element) {
    return getComputedStyle(element || document.documentElement).getPropertyValue(name).trim();
  }

  function colourOf(one) {
    var probe = document.createElement('span');
    probe.className = one.colour;
    document.body.appendChild(probe);
    var value = colour('--c', probe);
    probe.remove();
    return value;
  }

  // A mean over the last steps, so that batches of different difficulty do not hide the course.
  function smooth(values, width) {
    return values.map(function (value, i) {
      var part = values.slice(Math.max(0, i - width + 1), i + 1).filter(function (v) { return v !== null; });
      return value === null || part.length === 0 ? null : part.reduce(function (a, b) { return a + b; }, 0) / part.length;
    });
  }

  function width() {
    var longest = Math.max.apply(null, series.map(function (one) { return one.step.length; }));
    return Math.max(1, Math.round(longest / 20));
  }

  function number(value) {
    if (value === null || value === undefined) { return '–'; }
    return value !== 0 && Math.abs(value) < 0.001 ? Number(value.toPrecision(3)).toExponential() : String(Number(value.toPrecision(4)));
  }

  function points(one, values) {
    return one.step.map(function (step, i) {
      var value = values[i];
      return [step, scale === 'log' && !(value > 0) ? null : value];
    });
  }

  function line(one, i, values, faint) {
    return {
      name: one.name, type: 'line', data: points(one, values), showSymbol: false, silent: true, animation: false,
      connectNulls: false, z: faint ? 1 : 2, itemStyle: { color: colourOf(one) },
      lineStyle: { width: faint ? 1 : 2.25, opacity: faint ? 0.22 : 1, type: faint ? 'solid' : dashes[i % dashes.length] },
      tooltip: { show: !faint }
    };
  }

  function tip(field) {
    return function (shown) {
      var step = shown[0].value[0];
      var lines = ['step ' + step];
      series.forEach(function (one) {
        var at = one.step.indexOf(step);
        if (at >= 0) { lines.push(one.name + '  ' + number(one[field][at])); }
      });
      return lines.join('\n');
    };
  }

  function option(field) {
    var noisy = field !== 'lr';
    var log = noisy && scale === 'log';
    var soft = colour('--soft');
    var drawn = [];
    series.forEach(function (one, i) {
      if (noisy) { drawn.push(line(one, i, one[field], true)); }
      drawn.push(line(one, i, noisy ? smooth(one[field], width()) : one[field], false));
    });
    var axis = { color: soft, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    return {
      animation: false, backgroundColor: 'transparent', textStyle: axis,
      grid: { left: 16, right: 28, top: 20, bottom: 12, containLabel: true },
      xAxis: { type: 'value', min: 1, max: 'dataMax', axisLabel: axis, splitLine: { show: false },
        axisLine: { lineStyle: { color: colour('--line') } }, axisTick: { show: false }, minInterval: 1 },
      // Powers of two: a loss seldom spans more than one of ten.
      yAxis: { type: log ? 'log' : 'value', logBase: 2, scale: log || field === 'loss', min: field === 'lr' ? 0 : null,
        axisLabel: Object.assign({ formatter: number }, axis), splitNumber: 4,
        splitLine: { lineStyle: { color: colour('--line') } }, minorSplitLine: { show: false } },
      // Rich text is painted on the canvas; the other kind would need styles that the page's policy forbids.
      tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, formatter: tip(field),
        backgroundColor: colour('--card'), borderColor: colour('--line'), borderWidth: 1, padding: 10,
        textStyle: { color: colour('--ink'), fontSize: 12, lineHeight: 18 },
        axisPointer: { type: 'line', lineStyle: { color: soft, type: 'solid', opacity: 0.5 } } },
      series: drawn
    };
  }

  function draw() {
    charts.forEach(function (one) { one.chart.setOption(option(one.field), true); });
  }

  function legend() {
    var list = document.getElementById('legend');
    series.forEach(function (one, i) {
      var item = document.createElement('li');
      var space = 'http://www.w3.org/2000/svg';
      var svg = document.createElementNS(space, 'svg');
      var stroke = document.createElementNS(space, 'line');
      var dash = dashes[i % dashes.length];
      [['x1', 0], ['x2', 34], ['y1', 6], ['y2', 6]].forEach(function (a) { stroke.setAttribute(a[0], a[1]); });
      if (dash !== 'solid') { stroke.setAttribute('stroke-dasharray', dash.join(' ')); }
      [['width', 34], ['height', 12], ['aria-hidden', 'true']].forEach(function (a) { svg.setAttribute(a[0], a[1]); });
      svg.appendChild(stroke);
      item.className = one.colour;
      item.appendChild(svg);
      item.appendChild(document.createTextNode(one.name));
      list.appendChild(item);
    });
    var mean = document.getElementById('smooth');
    mean.textContent = width() > 1 ? 'mean of the last ' + width() + ' points; faint: each point' : '';
  }

  function start() {
    curves.hidden = false;
    legend();
    curves.querySelectorAll('.chart').forEach(function (element) {
      charts.push({ chart: window.echarts.init(element), field: element.dataset.field });
      new ResizeObserver(function () { charts.forEach(function (one) { one.chart.resize(); }); }).observe(element);
    });
    var buttons = curves.querySelectorAll('[data-scale]');
    buttons.forEach(function (button) {
      button.addEventListener('click', function () {
        scale = button.dataset.scale;
        buttons.forEach(function (b) { b.setAttribute('aria-pressed', String(b === button)); });
        draw();
      });
    });
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
    draw();
  }

  function printing(on) {
    document.documentElement.classList.toggle('printing', on);
    draw();
  }

  window.addEventListener('beforeprint', function () { openAll(); printing(true); });
  window.addEventListener('afterprint', function () { printing(false); });
  if (curves && window.echarts && series.length > 0) { start(); }
}());
