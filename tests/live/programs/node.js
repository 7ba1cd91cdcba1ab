// SPDX-License-Identifier: MIT
// What node programs do that waits: workers with shared memory, files in the thread pool, a server and its clients, children.
'use strict';
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const { execFile, execFileSync, spawn } = require('child_process');
const crypto = require('crypto');
const dns = require('dns').promises;
const fs = require('fs');
const http = require('http');
const net = require('net');
const path = require('path');
const zlib = require('zlib');
const { promisify } = require('util');

const WORKERS = 4;
const ROUNDS = 2000;

// A lock of Atomics.wait and notify, as in the books: 0 free, 1 taken.
function withLock(cells, inside) {
	while (Atomics.compareExchange(cells, 0, 0, 1) !== 0)
		Atomics.wait(cells, 0, 1);
	inside();
	Atomics.store(cells, 0, 0);
	Atomics.notify(cells, 0, 1);
}

function work() {
	const cells = new Int32Array(workerData.shared);
	Atomics.add(cells, 2, 1);
	Atomics.notify(cells, 2);
	for (let arrived = Atomics.load(cells, 2); arrived < WORKERS; arrived = Atomics.load(cells, 2))
		Atomics.wait(cells, 2, arrived);
	for (let i = 0; i < ROUNDS; i++)
		withLock(cells, () => { cells[1] += 1; });
	parentPort.on('message', (text) => {
		parentPort.postMessage(crypto.createHash('sha256').update(text).digest('hex').slice(0, 12));
		parentPort.close();
	});
}

async function workers() {
	const shared = new SharedArrayBuffer(12);
	const answers = await Promise.all(Array.from({ length: WORKERS }, (_, number) => new Promise((resolve, reject) => {
		const worker = new Worker(__filename, { workerData: { shared } });
		let answer;
		worker.postMessage(`text ${number}`);
		worker.on('message', (message) => { answer = message; });
		worker.on('error', reject);
		worker.on('exit', (code) => resolve([answer, code]));
	})));
	console.log('workers', answers.join(' '), new Int32Array(shared)[1]);
}

async function files(directory) {
	const names = Array.from({ length: 50 }, (_, n) => path.join(directory, `file.${n}`));
	await Promise.all(names.map((name, n) => fs.promises.writeFile(name, `${n}\n`.repeat(5000))));
	const sizes = await Promise.all(names.map(async (name) => (await fs.promises.readFile(name)).length));
	const listed = (await fs.promises.readdir(directory)).sort();
	await Promise.all(names.map((name) => fs.promises.unlink(name)));
	console.log('files', sizes.reduce((a, b) => a + b), listed.length, fs.existsSync(names[0]));
	await fs.promises.readFile(names[0]).catch((error) => console.log(error.code));
	const keys = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => promisify(crypto.pbkdf2)(`p${n}`, 'salt', 20000, 16, 'sha256')));
	console.log('pool', keys.map((key) => key.toString('hex')).join(' '));
	console.log('gzip', (await promisify(zlib.gunzip)(await promisify(zlib.gzip)('z'.repeat(1000000)))).length);
	console.log('resolve', (await dns.lookup('localhost', { family: 4 })).address);
}

function fetch(port, route, body) {
	return new Promise((resolve, reject) => {
		const request = http.request({ port, host: '127.0.0.1', path: route, method: body ? 'POST' : 'GET' }, (response) => {
			const hash = crypto.createHash('md5');
			response.on('data', (part) => hash.update(part));
			response.on('end', () => resolve(`${response.statusCode} ${hash.digest('hex')}`));
		});
		request.on('error', reject);
		request.end(body);
	});
}

async function web() {
	const server = http.createServer((request, response) => {
		if (request.url === '/nowhere')
			response.writeHead(404);
		if (request.method === 'POST')
			request.pipe(response);
		else
			setTimeout(() => response.end(`you asked for ${request.url}`.repeat(100)), 2);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address();
	const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => fetch(port, `/${n}`)));
	console.log('web', crypto.createHash('md5').update(answers.join()).digest('hex'), await fetch(port, '/nowhere'),
		await fetch(port, '/', 'b'.repeat(2000000)));
	server.close();
	await new Promise((resolve) => net.connect(1, '127.0.0.1').on('error', (error) => { console.log(error.code); resolve(); }));
}

async function children() {
	console.log('sync', execFileSync('sort', { input: 'b\na\n' }).toString().split('\n').join());
	const said = await Promise.all(Array.from({ length: 8 }, (_, n) => promisify(execFile)('echo', [`${n}`])));
	console.log('echo', said.map(({ stdout }) => stdout.trim()).join());
	const child = spawn('sh', ['-c', 'cat | md5sum; exit 3']);
	child.stdin.end('c'.repeat(500000));
	child.stdout.on('data', (text) => console.log('child', text.toString().trim()));
	console.log('ended', await new Promise((resolve) => child.on('close', (code, signal) => resolve(`${code} ${signal}`))));
}

async function main() {
	const directory = fs.mkdtempSync(path.join(process.argv[2], 'files.'));
	process.on('SIGUSR1', () => {});
	await workers();
	await files(directory);
	await web();
	await children();
	process.once('SIGHUP', () => { console.log('signal'); process.exitCode = 6; });
	process.kill(process.pid, 'SIGHUP');
	await new Promise((resolve) => setTimeout(resolve, 20));
}

if (isMainThread)
	main();
else
	work();
