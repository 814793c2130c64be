// Draws the charts and links them by step. Every figure of a table is plain HTML.
(function () {
  'use strict';
  var runs = JSON.parse(document.getElementById('data').textContent).runs;
  var curves = document.querySelector('.curves');
  var scrub = document.querySelector('.scrub');
  var slider = document.getElementById('slider');
  var chosen = { run: 0, of: 'b', variant: 'raw', offset: null, kind: 'broad', step: 0 };
  var charts = [];
  var bands = { random_walk: ['random walk', '--c3'], straight_line: ['straight line', '--c4'], block_shuffle: ['block shuffle', '--c2'], twin: ['twin', '--twin'] };
  var inks = ['--c1', '--c3', '--c2', '--c4', '--c5', '--c6'];
  var names = { b: 'B', a: 'A', change: 'ΔW' };

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  function number(value) {
    if (value === null || value === undefined) { return '–'; }
    var small = value !== 0 && Math.abs(value) < 0.001;
    return (small ? Number(value.toPrecision(3)).toExponential() : String(Number(value.toPrecision(4)))).replace('-', '−');
  }

  function run() { return runs[chosen.run]; }

  function last(one) { return one.steps[one.steps.length - 1]; }

  function turning(one) {
    return one.turning.filter(function (t) {
      return t.of === chosen.of && t.variant === chosen.variant && t.offset === chosen.offset;
    })[0];
  }

  function pairs(steps, values) { return steps.map(function (step, i) { return [step, values[i]]; }); }

  function at(steps, values, step) {
    var i = steps.indexOf(step);
    return i < 0 ? null : values[i];
  }

  function nearest(steps, step) {
    return steps.reduce(function (best, one) { return Math.abs(one - step) < Math.abs(best - step) ? one : best; }, steps[0]);
  }

  function plain() { return run().rates.filter(function (r) { return r.scale === 1 && r.kind !== 'same as base'; }); }

  function swept() { return run().rates.filter(function (r) { return r.kind === chosen.kind; }); }

  // Along a line of inks, so that the order of factors is the order of colours.
  function ramp(i, n) {
    var stops = ['--c6', '--c2', '--c1'].map(function (name) { return rgb(colour(name)); });
    var at = n < 2 ? 0 : i / (n - 1) * (stops.length - 1);
    var from = Math.min(Math.floor(at), stops.length - 2);
    return 'rgb(' + stops[from].map(function (v, k) { return Math.round(v + (at - from) * (stops[from + 1][k] - v)); }).join(', ') + ')';
  }

  function rgb(hex) { return [1, 3, 5].map(function (at) { return parseInt(hex.slice(at, at + 2), 16); }); }

  function font() { return { color: colour('--soft'), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 }; }

  function line(name, data, ink, more) {
    var series = { name: name, type: 'line', data: data, showSymbol: false, animation: false, connectNulls: false, silent: true,
      itemStyle: { color: ink }, lineStyle: { width: 2.25, color: ink } };
    return Object.assign(series, more || {});
  }

  // A band is a line at its lower edge and a filled one stacked on it. Only numbers of one sign can be stacked, so cosines
  // are drawn one higher and labelled one lower. On an axis of plain numbers the library would stack steps, so steps are
  // given to it as moments.
  function band(name, steps, low, high, ink) {
    var base = { type: 'line', stack: name, showSymbol: false, silent: true, animation: false, lineStyle: { width: 0 }, z: 1 };
    return [
      Object.assign({ name: name + ' low', data: pairs(steps, low) }, base),
      Object.assign({ name: name, data: steps.map(function (step, i) { return [step, high[i] === null ? null : high[i] - low[i]]; }),
        areaStyle: { color: ink, opacity: 0.16 }, itemStyle: { color: ink } }, base)
    ];
  }

  function marker() {
    return { id: 'here', type: 'line', data: [], silent: true, animation: false, markLine: { symbol: 'none', silent: true, animation: false, label: { show: false },
      lineStyle: { color: colour('--ink'), type: 'solid', width: 1, opacity: 0.65 }, data: [{ xAxis: chosen.step }] } };
  }

  function frame(series, more) {
    var axis = font();
    var option = {
      animation: false, backgroundColor: 'transparent', textStyle: axis,
      grid: { left: 14, right: 24, top: 22, bottom: 12, containLabel: true },
      xAxis: { type: 'time', min: 0, max: last(run()), axisLabel: Object.assign({ formatter: function (v) { return String(v); }, hideOverlap: true }, axis), splitLine: { show: false },
        axisLine: { lineStyle: { color: colour('--line') }, onZero: false }, axisTick: { show: false } },
      yAxis: { type: 'value', scale: true, splitNumber: 4, axisLabel: Object.assign({ formatter: number }, axis),
        splitLine: { lineStyle: { color: colour('--line') } } },
      series: series.concat([marker()])
    };
    return Object.assign(option, more || {});
  }

  function ofShares(option, curves) {
    var top = Math.max.apply(null, curves.map(function (r) { return Math.max.apply(null, r.high); }));
    option.yAxis.min = 0;
    if (top > 0.8) { // left to itself the axis would go on to 120 %
      option.yAxis.max = 1;
      option.yAxis.interval = 0.25;
    }
    option.yAxis.axisLabel.formatter = function (v) { return number(100 * v) + ' %'; };
    return option;
  }

  function raised(values) { return values.map(function (v) { return v === null ? null : v + 1; }); }

  var draw = {
    turning: function () {
      var t = turning(run());
      var series = [];
      t.nulls.forEach(function (n) {
        var ink = colour(bands[n.name][1]);
        if (n.name === 'twin') {
          series.push(line('twin', pairs(t.steps, raised(n.high)), ink, { lineStyle: { width: 1.5, color: ink, type: [5, 4] } }));
        } else {
          series = series.concat(band(n.name, t.steps, raised(n.low), raised(n.high), ink));
        }
      });
      var ink = colour('--c1');
      series.push(line('observed', pairs(t.steps, raised(t.cosine)), ink, { z: 5, markPoint: t.peak === null ? undefined : {
        silent: true, animation: false, symbol: 'circle', symbolSize: 9, itemStyle: { color: ink }, label: { show: true, position: 'top', distance: 7,
          formatter: 'step ' + t.peak.step, color: colour('--ink'), fontSize: 12 }, data: [{ coord: [t.peak.step, t.peak.height + 1] }] } }));
      var option = frame(series);
      option.yAxis.min = 0;
      option.yAxis.axisLabel.formatter = function (v) { return number(v - 1); };
      return option;
    },
    sweep: function () {
      var series = [];
      swept().forEach(function (r, i, all) {
        var ink = ramp(i, all.length);
        series = series.concat(band(r.name, r.steps, r.low, r.high, ink));
        series.push(line(r.name, pairs(r.steps, r.rate), ink, { z: 4, showSymbol: true, symbolSize: 5 }));
      });
      return ofShares(frame(series), swept());
    },
    rates: function () {
      var series = [];
      plain().forEach(function (r, i) {
        var ink = colour(inks[i % inks.length]);
        series = series.concat(band(r.name, r.steps, r.low, r.high, ink));
        var change = r.change === null ? null : r.change.midpoint_over_questions || r.change.midpoint;
        series.push(line(r.name, pairs(r.steps, r.rate), ink, { z: 4, showSymbol: true, symbolSize: 5,
          markArea: change === null ? undefined : { silent: true, animation: false, itemStyle: { color: ink, opacity: 0.1 }, data: [[{ xAxis: change.low }, { xAxis: change.high }]] } }));
      });
      return ofShares(frame(series), plain());
    },
    plane: function () {
      var p = run().pca[chosen.of];
      var one = p.scores[0] || [];
      var two = p.scores[1] || one.map(function () { return 0; });
      var here = run().steps.indexOf(chosen.step);
      var axis = font();
      var points = one.map(function (x, i) { return [x, two[i], run().steps[i]]; });
      return {
        animation: false, textStyle: axis, grid: { left: 14, right: 24, top: 22, bottom: 12, containLabel: true },
        xAxis: { type: 'value', scale: true, splitNumber: 4, axisLabel: Object.assign({ formatter: number }, axis), splitLine: { show: false }, axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: colour('--line') } } },
        yAxis: { type: 'value', scale: true, splitNumber: 4, axisLabel: Object.assign({ formatter: number }, axis), splitLine: { lineStyle: { color: colour('--line') } } },
        series: [
          { type: 'line', data: points, showSymbol: true, symbolSize: 4, silent: true, itemStyle: { color: colour('--c3') }, lineStyle: { width: 1.5, color: colour('--c3'), opacity: 0.6 } },
          { id: 'point', type: 'scatter', data: here < 0 ? [] : [points[here]], symbolSize: 13, silent: true, itemStyle: { color: colour('--c1') }, z: 5 }
        ]
      };
    },
    scores: function () {
      var p = run().pca[chosen.of];
      return frame(p.scores.slice(0, 3).map(function (s, k) {
        return line('PC' + (k + 1), pairs(run().steps, s), colour(inks[k]), { endLabel: { show: true, formatter: 'PC' + (k + 1), color: colour('--soft'), fontSize: 12 } });
      }), { grid: { left: 14, right: 44, top: 22, bottom: 12, containLabel: true } });
    },
    norm: function () { return frame([line('norm', pairs(run().steps, run().norms[chosen.of]), colour('--c3'))]); },
    grad: function () { return frame([line('gradient norm', pairs(run().log.step, run().log.grad_norm), colour('--c4'), { lineStyle: { width: 1.25, color: colour('--c4') } })]); },
    loss: function () { return frame([line('loss', pairs(run().log.step, run().log.loss), colour('--base'), { lineStyle: { width: 1.25, color: colour('--base') } })]); },
    overlap: function () {
      var series = [];
      if (run().overlap !== null) { series.push(line('mean squared cosine', pairs(run().steps, run().overlap.mean_cos2), colour('--c2'))); }
      if (run().comp_score !== null) {
        series.push(line('comp score', pairs(run().steps, run().comp_score), colour('--c3')));
        series.push(line('comp score, centred', pairs(run().steps, run().comp_score_centred), colour('--c3'), { lineStyle: { type: [5, 4], width: 1.5, color: colour('--c3') } }));
      }
      return frame(series);
    },
    seeds: function () {
      var series = [];
      runs.forEach(function (one, i) {
        var t = turning(one);
        if (t) { series.push(line(one.name, t.steps.map(function (step, j) { return [step / last(one), t.cosine[j]]; }), colour(inks[i % inks.length]), { lineStyle: { width: i === chosen.run ? 2.5 : 1.5, color: colour(inks[i % inks.length]) } })); }
      });
      var option = frame(series);
      option.series.pop();
      option.xAxis.type = 'value';
      option.xAxis.max = 1;
      option.xAxis.axisLabel.formatter = function (v) { return Math.round(100 * v) + ' %'; };
      return option;
    }
  };

  function legend(id, entries) {
    var list = document.getElementById(id);
    if (!list) { return; }
    list.textContent = '';
    entries.forEach(function (entry) {
      var item = document.createElement('li');
      var dot = document.createElement('span');
      dot.className = 'dot';
      item.appendChild(dot);
      dot.style.setProperty('--c', entry[1].indexOf('--') === 0 ? 'var(' + entry[1] + ')' : entry[1]);
      item.appendChild(document.createTextNode(entry[0]));
      list.appendChild(item);
    });
  }

  function row(list, name, value) {
    var box = document.createElement('div');
    var dt = document.createElement('dt');
    var dd = document.createElement('dd');
    dt.textContent = name;
    dd.textContent = value;
    box.appendChild(dt);
    box.appendChild(dd);
    list.appendChild(box);
  }

  function readout() {
    var list = document.getElementById('readout');
    var one = run();
    var t = turning(one);
    list.textContent = '';
    document.getElementById('step').textContent = chosen.step;
    row(list, 'local cosine', number(at(t.steps, t.cosine, chosen.step)));
    ['b', 'a', 'change'].forEach(function (of) { row(list, '‖' + names[of] + '‖', number(at(one.steps, one.norms[of], chosen.step))); });
    if (one.log.step.length > 0) {
      row(list, 'loss', number(at(one.log.step, one.log.loss, chosen.step)));
      row(list, 'gradient', number(at(one.log.step, one.log.grad_norm, chosen.step)));
    }
    plain().forEach(function (r) {
      var step = nearest(r.steps, chosen.step);
      var rate = at(r.steps, r.rate, step);
      row(list, r.name + (step === chosen.step ? '' : ' at ' + step), rate === null ? '–' : number(100 * rate) + ' %');
    });
  }

  function notes() {
    var t = turning(run());
    var p = run().pca[chosen.of];
    document.getElementById('turning-note').textContent = 'of ' + names[chosen.of] + ' over ' + chosen.offset + ' steps; shaded: 95 % of each null’s paths' + (t.gated ? '; ' + t.gated + ' steps gated' : '');
    document.getElementById('plane-note').textContent = 'of ' + names[chosen.of] + '; ' + p.shares.slice(0, 2).map(function (s, k) { return 'PC' + (k + 1) + ' ' + (100 * s).toFixed(1) + ' %'; }).join(', ');
    document.getElementById('norms-note').textContent = '‖' + names[chosen.of] + '‖';
    legend('nulls', [['observed', '--c1']].concat(t.nulls.map(function (n) { return bands[n.name]; })));
    legend('kinds', plain().map(function (r, i) { return [r.name, inks[i % inks.length]]; }));
    legend('factors', swept().map(function (r, i, all) { return ['× ' + number(r.scale), ramp(i, all.length)]; }));
    var about = document.getElementById('sweep-note');
    if (about) { about.textContent = ({ coherent: 'coherent answers', 'same as base': 'answers that are the base’s to the letter' }[chosen.kind] || chosen.kind + ' EM') + ' by what the adapter is multiplied by, with 95 % intervals'; }
    legend('seeds', runs.map(function (one, i) { return [one.name, inks[i % inks.length]]; }));
  }

  function drawAll() {
    notes();
    readout();
    charts.forEach(function (one) { one.chart.setOption(draw[one.name](), true); });
  }

  function moveTo(step) {
    chosen.step = step;
    slider.value = run().steps.indexOf(step);
    slider.setAttribute('aria-valuetext', 'step ' + step);
    readout();
    charts.forEach(function (one) {
      if (one.name === 'plane') {
        one.chart.setOption({ series: draw.plane().series.slice(1) });
      } else if (one.name !== 'seeds') {
        one.chart.setOption({ series: [marker()] });
      }
    });
  }

  function point(chart) {
    return function (event) {
      if (chart.name === 'plane' || chart.name === 'seeds') { return; }
      var where = [event.offsetX, event.offsetY];
      if (chart.chart.containPixel('grid', where)) {
        var step = nearest(run().steps, chart.chart.convertFromPixel('grid', where)[0]);
        if (step !== chosen.step) { moveTo(step); }
      }
    };
  }

  function choose(key, value) {
    chosen[key] = value;
    document.querySelectorAll('[data-switch="' + key + '"] button').forEach(function (b) {
      b.setAttribute('aria-pressed', String(b.dataset.value === String(value)));
    });
  }

  function offsets() {
    var box = document.getElementById('offsets');
    var usual = run().offsets;
    box.textContent = '';
    usual.forEach(function (k) {
      var button = document.createElement('button');
      button.type = 'button';
      button.dataset.value = k;
      button.textContent = '± ' + k;
      box.appendChild(button);
    });
    choose('offset', usual.indexOf(chosen.offset) >= 0 ? chosen.offset : usual.indexOf(10) >= 0 ? 10 : usual[Math.floor((usual.length - 1) / 2)]);
  }

  function kinds() {
    var box = document.getElementById('kinds-of-sweep');
    if (!box) { return; }
    var found = ['broad', 'narrow', 'coherent', 'same as base'].filter(function (kind) { return run().rates.some(function (r) { return r.kind === kind; }); });
    box.textContent = '';
    found.forEach(function (kind) {
      var button = document.createElement('button');
      button.type = 'button';
      button.dataset.value = kind;
      button.textContent = kind;
      box.appendChild(button);
    });
    choose('kind', found.indexOf(chosen.kind) >= 0 ? chosen.kind : found[0]);
  }

  function open(index) {
    chosen.run = index;
    offsets();
    kinds();
    slider.max = run().steps.length - 1;
    var t = turning(run());
    chosen.step = t.peak === null ? last(run()) : t.peak.step;
    slider.value = run().steps.indexOf(chosen.step);
    drawAll();
  }

  function start() {
    curves.hidden = false;
    scrub.hidden = false;
    choose('of', 'b');
    choose('variant', 'raw');
    curves.querySelectorAll('.chart').forEach(function (element) {
      var one = { chart: window.echarts.init(element), name: element.dataset.chart };
      charts.push(one);
      one.chart.getZr().on('mousemove', point(one));
      one.chart.getZr().on('click', point(one));
      new ResizeObserver(function () { one.chart.resize(); }).observe(element);
    });
    curves.querySelectorAll('[data-switch]').forEach(function (group) {
      group.addEventListener('click', function (event) {
        if (event.target.dataset.value === undefined) { return; }
        var key = group.dataset.switch;
        choose(key, key === 'offset' ? Number(event.target.dataset.value) : event.target.dataset.value);
        drawAll();
      });
    });
    slider.addEventListener('input', function () { moveTo(run().steps[Number(slider.value)]); });
    var select = document.getElementById('run');
    if (select) { select.addEventListener('change', function () { open(select.selectedIndex); }); }
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
    open(0);
  }

  function printing(on) {
    document.documentElement.classList.toggle('printing', on);
    drawAll();
  }

  window.addEventListener('beforeprint', function () { printing(true); });
  window.addEventListener('afterprint', function () { printing(false); });
  if (curves && window.echarts && runs.length > 0) { start(); }
}());
