/* SPDX-License-Identifier: MIT */
/* Draws flame graphs of the profiles in this page. All text of theirs is other people's: it becomes text nodes and attributes
 * only, never markup. */
"use strict";
(() => {
const ROW_PX = 18;
const LEAST_PX = 0.5; /* narrower frames are not drawn */
const TEXT_PX = 28;   /* narrower ones have no text */
const ROWS_AROUND = 6; /* drawn above and below what is in view */

const data = JSON.parse(document.getElementById("profiles").textContent);
const byId = (id) => document.getElementById(id);

function element(name, className, text) {
	const made = document.createElement(name);
	if (className)
		made.className = className;
	if (text !== undefined)
		made.textContent = text;
	return made;
}

/* --- numbers, as a person reads them --- */

function duration(ns) {
	for (const [unit, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]])
		if (Math.abs(ns) >= unit)
			return `${(ns / unit).toFixed(2)} ${name}`;
	return `${ns} ns`;
}

function amount(values, weight) {
	return weight === "delay" ? duration(values.delay) : `${values.contentions.toLocaleString("en")} ×`;
}

function share(part, whole) {
	return whole > 0 ? `${(100 * part / whole).toFixed(2)} %` : "";
}

/* --- the tree: samples of a profile, merged as the controls say --- */

function newNode(parent, name, frame) {
	return {
		parent, name, frame, depth: parent ? parent.depth + 1 : 0, children: new Map(), ordered: null, x: 0,
		total: {delay: 0, contentions: 0}, own: {delay: 0, contentions: 0},
	};
}

function childOf(node, key, name, frame) {
	let child = node.children.get(key);
	if (!child)
		node.children.set(key, child = newNode(node, name, frame));
	return child;
}

/* The frames of a stack: numbers, outermost first. */
function pathOf(profile, node) {
	const path = [];
	for (; node > 0; node = profile.nodes[2 * node - 2])
		path.push(profile.nodes[2 * node - 1]);
	return path.reverse();
}

function add(values, delay, contentions) {
	values.delay += delay;
	values.contentions += contentions;
}

/* Samples are five numbers each: node, kind, value of data.label, contentions, delay. */
function buildTree(profile, options) {
	const root = newNode(null, "all", null);
	for (let i = 0; i < profile.samples.length; i += 5) {
		const [at, kind, value, contentions, delay] = profile.samples.slice(i, i + 5);
		const path = pathOf(profile, at);
		let node = root;
		if (profile.kinds[kind].idle && !options.idle)
			continue;
		add(root.total, delay, contentions);
		if (options.group !== "none") {
			const label = options.group === "kind" ? profile.kinds[kind].name : profile.values[value];
			node = childOf(node, `label ${label}`, label || "none", null);
			add(node.total, delay, contentions);
		}
		if (options.inverted)
			path.reverse();
		for (const frame of path) {
			node = childOf(node, frame, profile.frames[frame][0], profile.frames[frame]);
			add(node.total, delay, contentions);
		}
		add(node.own, delay, contentions);
	}
	return root;
}

/* Children from the widest to the narrowest, and where each begins, in units of the weight. */
function layOut(root, weight) {
	const waiting = [root];
	let deepest = 0;
	while (waiting.length) {
		const node = waiting.pop();
		let x = node.x;
		node.ordered = [...node.children.values()].filter((child) => child.total[weight] > 0)
			.sort((a, b) => b.total[weight] - a.total[weight] || (a.name < b.name ? -1 : 1));
		for (const child of node.ordered) {
			child.x = x;
			x += child.total[weight];
			waiting.push(child);
		}
		deepest = Math.max(deepest, node.depth);
	}
	return deepest;
}

/* What to look for: text, or an expression between slashes; null: nothing, or an expression that is not whole yet. */
function matcher(query) {
	const expression = /^\/(.+)\/$/.exec(query);
	if (!query)
		return null;
	try {
		const compiled = expression ? new RegExp(expression[1], "i") : null;
		const wanted = query.toLowerCase();
		return compiled ? (name) => compiled.test(name) : (name) => name.toLowerCase().includes(wanted);
	} catch {
		return null;
	}
}

/* --- colours: a hue for each object, a shade for each function --- */

function hash(text) {
	let value = 2166136261;
	for (let i = 0; i < text.length; i++)
		value = Math.imul(value ^ text.charCodeAt(i), 16777619);
	return value >>> 0;
}

function baseName(path) {
	return path.slice(path.lastIndexOf("/") + 1);
}

function paint(made, node) {
	made.classList.toggle("plain", node.frame === null);
	made.style.setProperty("--hue", node.frame ? hash(baseName(node.frame[2])) * 137.508 % 360 : 0);
	made.style.setProperty("--shade", `${hash(node.name) % 9 - 4}%`);
}

/* --- a panel: one profile --- */

class Panel {
	constructor(profile) {
		this.profile = profile;
		this.section = element("section");
		this.section.dataset.profile = profile.profile;
		this.section.append(element("h2", "", profile.profile), element("p", "name", profile.name),
			element("p", "words", profile.comments[0] || ""), this.makeNumbers(), this.makeComments());
		this.frames = element("div", "frames");
		this.frames.setAttribute("role", "tree");
		this.frames.setAttribute("aria-label", `${profile.profile}: flame graph`);
		this.section.append(this.frames);
		this.listen();
	}

	makeNumbers() {
		const line = element("p", "numbers");
		this.total = element("b", "total");
		this.zoomed = element("span", "zoomed");
		this.matched = element("span", "matched");
		line.append(this.total, this.zoomed, " ", this.matched);
		return line;
	}

	makeComments() {
		const details = element("details");
		details.append(element("summary", "", "how it was recorded"),
			element("pre", "comments", this.profile.comments.join("\n")));
		return details;
	}

	listen() {
		this.frames.addEventListener("click", (event) => this.withNode(event, (node) => this.zoom(node)));
		this.frames.addEventListener("mousemove", (event) =>
			this.withNode(event, (node) => showDetails(this, node, event.clientX, event.clientY)));
		this.frames.addEventListener("mouseleave", hideDetails);
		this.frames.addEventListener("keydown", (event) => this.withNode(event, (node) => this.press(event, node)));
		this.frames.addEventListener("focusin", (event) => this.withNode(event, (node, made) => {
			const box = made.getBoundingClientRect();
			showDetails(this, node, box.left, box.bottom);
		}));
		this.frames.addEventListener("focusout", hideDetails);
	}

	withNode(event, use) {
		const made = event.target.closest(".frame");
		if (made)
			use(this.drawn[made.dataset.number], made);
	}

	build(options) {
		this.options = options;
		this.root = buildTree(this.profile, options);
		this.deepest = layOut(this.root, options.weight);
		this.focus = this.current = this.root;
		this.search(options.query);
	}

	/* A stack counts once, however many of its frames match. */
	search(query) {
		const matches = matcher(query);
		const waiting = [[this.root, false]];
		this.matchTotal = {delay: 0, contentions: 0};
		while (waiting.length) {
			const [node, isBelow] = waiting.pop();
			node.matches = matches !== null && node !== this.root && matches(node.name);
			if (node.matches && !isBelow)
				add(this.matchTotal, node.total.delay, node.total.contentions);
			for (const child of node.children.values())
				waiting.push([child, isBelow || node.matches]);
		}
		this.isSearching = matches !== null;
		this.draw();
	}

	zoom(node) {
		this.focus = this.current = node;
		this.draw();
	}

	writeNumbers() {
		const weight = this.options.weight, all = this.root.total, zoomed = this.focus.total;
		this.total.textContent = amount(all, weight);
		this.total.dataset.delay = all.delay;
		this.total.dataset.contentions = all.contentions;
		this.zoomed.dataset.delay = zoomed.delay;
		this.zoomed.dataset.contentions = zoomed.contentions;
		this.zoomed.textContent = this.focus === this.root ? this.besides() :
			` of it ${amount(zoomed, weight)} (${share(zoomed[weight], all[weight])}) in ${this.focus.name}`;
		this.matched.dataset.delay = this.matchTotal.delay;
		this.matched.dataset.contentions = this.matchTotal.contentions;
		this.matched.textContent = this.isSearching ?
			`matched: ${amount(this.matchTotal, weight)} (${share(this.matchTotal[weight], all[weight])})` : "";
	}

	/* The other weight, and how long that took. */
	besides() {
		const other = this.options.weight === "delay" ? "contentions" : "delay";
		const recorded = this.profile.duration_ns;
		return `, ${amount(this.root.total, other)}${recorded > 0 ? `, in ${duration(recorded)}` : ""}`;
	}

	/* What is in view: from the ancestors of the zoomed frame to all below it. */
	draw() {
		const weight = this.options.weight, width = this.frames.clientWidth;
		const scale = width / Math.max(this.focus.total[weight], 1);
		this.writeNumbers();
		this.section.classList.toggle("searching", this.isSearching);
		this.frames.style.height = `${(this.deepest + 1) * ROW_PX}px`;
		this.drawn = [];
		this.rows = this.rowsInView();
		const made = document.createDocumentFragment();
		for (let node = this.focus.parent; node; node = node.parent)
			this.drawFrame(made, node, 0, width, "frame above");
		const waiting = [this.focus];
		while (waiting.length) {
			const node = waiting.pop();
			const px = node.total[weight] * scale;
			if (px < LEAST_PX || node.depth > this.rows.last)
				continue;
			this.drawFrame(made, node, (node.x - this.focus.x) * scale, px, "frame");
			waiting.push(...node.ordered);
		}
		this.frames.replaceChildren(made);
		if (this.root.total[weight] <= 0)
			this.frames.append(element("p", "nothing", "Nothing: no such waits."));
	}

	rowsInView() {
		const top = this.frames.getBoundingClientRect().top;
		return {
			first: Math.floor(-top / ROW_PX) - ROWS_AROUND,
			last: Math.ceil((innerHeight - top) / ROW_PX) + ROWS_AROUND,
		};
	}

	drawFrame(into, node, left, px, className) {
		if (node.depth < this.rows.first || node.depth > this.rows.last)
			return;
		const made = element("div", className, px >= TEXT_PX ? node.name : "");
		made.classList.toggle("thin", px < TEXT_PX);
		made.classList.toggle("match", Boolean(node.matches));
		made.dataset.number = this.drawn.push(node) - 1;
		made.tabIndex = node === this.current ? 0 : -1;
		made.setAttribute("role", "treeitem");
		made.setAttribute("aria-level", node.depth + 1);
		made.setAttribute("aria-label", `${node.name}, ${amount(node.total, this.options.weight)}`);
		made.style.left = `${left}px`;
		made.style.width = `${Math.max(px - (px > 3 ? 1 : 0), LEAST_PX)}px`;
		made.style.top = `${node.depth * ROW_PX}px`;
		paint(made, node);
		into.append(made);
	}

	redrawIfMoved() {
		const rows = this.rowsInView();
		if (rows.first !== this.rows.first || rows.last !== this.rows.last) {
			const hadFocus = this.frames.contains(document.activeElement);
			this.draw();
			if (hadFocus)
				this.focusCurrent();
		}
	}

	/* --- keys --- */

	press(event, node) {
		const actions = {
			ArrowUp: () => this.move(node.parent),
			ArrowDown: () => this.move(node.ordered[0]),
			ArrowLeft: () => this.move(this.sibling(node, -1)),
			ArrowRight: () => this.move(this.sibling(node, 1)),
			Enter: () => this.zoomByKey(node),
			" ": () => this.zoomByKey(node),
		};
		if (!actions[event.key])
			return;
		event.preventDefault();
		actions[event.key]();
	}

	sibling(node, step) {
		return node.parent && node.parent.ordered[node.parent.ordered.indexOf(node) + step];
	}

	zoomByKey(node) {
		this.zoom(node);
		this.focusCurrent();
	}

	/* To a frame that may be hidden: too narrow, beside the zoomed one, or out of view. */
	move(node) {
		if (!node)
			return;
		const weight = this.options.weight, isWithin = node.x >= this.focus.x && node.depth >= this.focus.depth &&
			node.x + node.total[weight] <= this.focus.x + this.focus.total[weight];
		if (!isWithin || node.total[weight] / this.focus.total[weight] * this.frames.clientWidth < LEAST_PX)
			this.focus = isWithin ? node.parent : node;
		this.current = node;
		scrollTo({top: Math.max(0, scrollY + this.frames.getBoundingClientRect().top + node.depth * ROW_PX - innerHeight / 2)});
		this.draw();
		this.focusCurrent();
	}

	focusCurrent() {
		const made = this.frames.querySelector('[tabindex="0"]');
		if (made)
			made.focus({preventScroll: true});
	}
}

/* --- details of the frame under the pointer --- */

function tableRow(title, values, whole) {
	const row = element("tr");
	row.append(element("th", "", title), element("td", "", duration(values.delay)),
		element("td", "", share(values.delay, whole.delay)),
		element("td", "", `${values.contentions.toLocaleString("en")} ×`),
		element("td", "", share(values.contentions, whole.contentions)));
	return row;
}

function showDetails(panel, node, x, y) {
	const details = byId("details"), table = element("table");
	const where = node.frame ? [node.frame[2], node.frame[1]].filter(Boolean).join(" · ") : "";
	table.append(tableRow("with what it calls", node.total, panel.root.total), tableRow("itself", node.own, panel.root.total));
	details.replaceChildren(element("div", "function", node.name), element("div", "where", where), table);
	details.hidden = false;
	details.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - details.offsetWidth - 8))}px`;
	details.style.top = `${y + 20 + details.offsetHeight > innerHeight ? Math.max(8, y - details.offsetHeight - 12) : y + 20}px`;
}

function hideDetails() {
	byId("details").hidden = true;
}

/* --- the controls --- */

const panels = data.profiles.map((profile) => new Panel(profile));

function options() {
	return {
		weight: document.querySelector('input[name="weight"]:checked').value,
		group: byId("group").value,
		inverted: byId("inverted").checked,
		idle: byId("idle").checked,
		query: byId("search").value,
	};
}

function rebuild() {
	hideDetails();
	panels.forEach((panel) => panel.build(options()));
}

function resetZoom() {
	hideDetails();
	panels.forEach((panel) => panel.zoom(panel.root));
}

function setTheme(isDark) {
	document.documentElement.classList.toggle("dark", isDark);
	byId("theme").textContent = isDark ? "Light" : "Dark";
}

let isRedrawDue = false;

function redrawSoon(redraw) {
	if (isRedrawDue)
		return;
	isRedrawDue = true;
	requestAnimationFrame(() => {
		isRedrawDue = false;
		panels.forEach(redraw);
	});
}

function pressAnywhere(event) {
	if (event.key === "Escape") {
		byId("search").value = "";
		panels.forEach((panel) => panel.search(""));
		resetZoom();
	} else if (event.key === "/" && document.activeElement !== byId("search")) {
		event.preventDefault();
		byId("search").focus();
	}
}

function start() {
	const hasIdle = data.profiles.some((profile) => profile.kinds.some((kind) => kind.idle));
	document.querySelector(`input[name="weight"][value="${data.weight}"]`).checked = true;
	for (const weight of document.querySelectorAll('input[name="weight"]')) {
		const words = new Set(data.profiles.map((profile) => profile.words[weight.value]));
		weight.nextSibling.data = ` ${[...words].join(", ")}`;
	}
	byId("label").textContent = data.label === "fd" ? "type of descriptor" : data.label;
	byId("group").value = data.group;
	byId("idle-label").hidden = !hasIdle;
	byId("panels").append(...panels.map((panel) => panel.section));
	byId("controls").addEventListener("change", (event) => event.target.id !== "search" && rebuild());
	byId("controls").addEventListener("submit", (event) => event.preventDefault());
	byId("search").addEventListener("input", () => panels.forEach((panel) => panel.search(byId("search").value)));
	byId("reset").addEventListener("click", resetZoom);
	byId("theme").addEventListener("click", () => setTheme(!document.documentElement.classList.contains("dark")));
	addEventListener("keydown", pressAnywhere);
	addEventListener("resize", () => redrawSoon((panel) => panel.draw()));
	addEventListener("scroll", () => redrawSoon((panel) => panel.redrawIfMoved()));
	setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
	rebuild();
}

start();
})();
