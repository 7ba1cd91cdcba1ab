/* SPDX-License-Identifier: MIT */
/* Makes the drawn frames of this picture zoom and be found. A frame knows where it stands when nothing is zoomed: data-x, data-w,
 * data-d (its depth), data-p (its parent, by the order in the panel), data-v (its value) and data-n (its name). */
"use strict";
(() => {
const LEAST_PX = 0.5;
const CHARACTER_PX = 6.6;

class Panel {
	constructor(group) {
		this.width = Number(group.dataset.width);
		this.total = Number(group.dataset.total);
		this.note = group.querySelector(".note");
		this.usual = this.note.textContent;
		this.frames = [...group.querySelectorAll(".frame")].map((made) => ({
			made, rect: made.querySelector("rect"), text: made.querySelector("text"), name: made.dataset.n,
			x: Number(made.dataset.x), w: Number(made.dataset.w), depth: Number(made.dataset.d),
			value: Number(made.dataset.v), parent: Number(made.dataset.p),
		}));
		for (const frame of this.frames) {
			frame.made.tabIndex = 0;
			frame.made.addEventListener("click", () => this.zoom(frame));
			frame.made.addEventListener("keydown", (event) => event.key === "Enter" && this.zoom(frame));
		}
	}

	zoom(zoomed) {
		const scale = this.width / zoomed.w, slack = zoomed.w * 1e-6;
		for (const frame of this.frames) {
			const isAbove = frame.depth < zoomed.depth && frame.x <= zoomed.x + slack &&
				frame.x + frame.w >= zoomed.x + zoomed.w - slack;
			const isBelow = frame.depth >= zoomed.depth && frame.x >= zoomed.x - slack &&
				frame.x + frame.w <= zoomed.x + zoomed.w + slack;
			frame.made.classList.toggle("above", isAbove);
			this.place(frame, isAbove ? 0 : (frame.x - zoomed.x) * scale,
				isAbove ? this.width : isBelow ? frame.w * scale : 0);
		}
	}

	place(frame, x, width) {
		const fits = Math.floor((width - 6) / CHARACTER_PX);
		frame.made.setAttribute("display", width < LEAST_PX ? "none" : "inline");
		frame.rect.setAttribute("x", x);
		frame.rect.setAttribute("width", width);
		frame.text.setAttribute("x", x + 3);
		frame.text.textContent = fits < 3 ? "" : frame.name.length <= fits ? frame.name : `${frame.name.slice(0, fits - 1)}…`;
	}

	/* A stack counts once, however many of its frames match. */
	search(query) {
		const wanted = query.toLowerCase(), covered = [];
		let total = 0;
		this.frames.forEach((frame, i) => {
			const isMatch = wanted !== "" && i > 0 && frame.name.toLowerCase().includes(wanted);
			const isCovered = i > 0 && covered[frame.parent];
			total += isMatch && !isCovered ? frame.value : 0;
			covered[i] = isCovered || isMatch;
			frame.made.classList.toggle("match", isMatch);
		});
		this.note.textContent = wanted === "" ? this.usual :
			`matched: ${(100 * total / (this.total || 1)).toFixed(2)} %`;
		this.note.dataset.matched = total;
	}
}

const svg = document.documentElement;
const panels = [...svg.querySelectorAll(".panel")].map((group) => new Panel(group));
const input = document.createElementNS("http://www.w3.org/1999/xhtml", "input");

/* The picture itself has no such thing: where no script runs, it could not be used. */
function addSearch() {
	const holder = document.createElementNS("http://www.w3.org/2000/svg", "foreignObject");
	const view = svg.viewBox.baseVal;
	Object.entries({x: view.width - 252, y: 8, width: 240, height: 30})
		.forEach(([name, value]) => holder.setAttribute(name, value));
	input.type = "search";
	input.placeholder = "search";
	input.style.cssText = "width: 100%; box-sizing: border-box; font: 13px sans-serif";
	input.addEventListener("input", () => panels.forEach((panel) => panel.search(input.value)));
	holder.append(input);
	svg.append(holder);
}

function press(event) {
	if (event.key === "Escape") {
		input.value = "";
		panels.forEach((panel) => {
			panel.search("");
			panel.zoom(panel.frames[0]);
		});
	} else if (event.key === "/" && document.activeElement !== input) {
		event.preventDefault();
		input.focus();
	}
}

addSearch();
addEventListener("keydown", press);
})();
