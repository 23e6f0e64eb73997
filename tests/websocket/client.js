// SPDX-License-Identifier: LGPL-2.1-or-later
//
// client.js URL: talks to the websocket sample with npm's ws. Each line of the output is a check: a JSON array of what it
// was, what was expected and what came. The caller has the deadline.
'use strict';

const crypto = require('crypto');
const net = require('net');
const { once } = require('events');
const WebSocket = require('ws');

const url = process.argv[2].replace(/^http/, 'ws');
const port = Number(new URL(process.argv[2]).port);

function check(what, expected, got) {
    console.log(JSON.stringify([what, expected, got]));
}

async function open() {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    socket.on('error', () => {}); // its end tells
    return socket;
}

// Its code and reason, when it is closed.
async function close(socket, code, reason) {
    const closed = once(socket, 'close');
    socket.close(code, reason);
    const [gotCode, gotReason] = await closed;
    return [gotCode, gotReason.toString()];
}

function digest(data) {
    return crypto.createHash('sha256').update(data).digest('hex').slice(0, 16);
}

// What tells one message from another, short enough to print.
function summary(data, binary) {
    return [binary ? 'binary' : 'text', data.length, digest(data)].join(' ');
}

// The next `count` messages, as summaries.
function receive(socket, count) {
    return new Promise((resolve, reject) => {
        const got = [];
        const onClose = () => reject(new Error(`closed after ${got.length} of ${count} messages`));
        const onMessage = (data, binary) => {
            if (got.push(summary(data, binary)) < count)
                return;
            socket.off('message', onMessage).off('close', onClose);
            resolve(got);
        };
        socket.on('message', onMessage).on('close', onClose);
    });
}

function message(i, size) {
    const binary = i % 2 === 1;
    const data = Buffer.alloc(size, binary ? i & 0xff : 'a'.charCodeAt(0) + i % 26);
    return { binary, data };
}

function send(socket, { binary, data }) {
    socket.send(data, { binary });
    return summary(data, binary);
}

function differences(expected, got) {
    return expected.map((e, i) => (e === got[i] ? null : `${i}: ${e} / ${got[i]}`)).filter(Boolean).slice(0, 5);
}

async function thousand() {
    const socket = await open();
    const echoes = receive(socket, 1000);
    const sent = [];
    for (let i = 0; i < 1000; i++)
        sent.push(send(socket, message(i, (i * 7919) % 3000)));
    check('1,000 messages at once, text and binary', [], differences(sent, await echoes));
    const wrong = [];
    for (let i = 0; i < 1000; i++) {
        const echo = receive(socket, 1);
        wrong.push(...differences([send(socket, message(i, i))], await echo));
    }
    check('1,000 messages, one at a time', [], wrong);
    check('close: 1000', [1000, 'bye'], await close(socket, 1000, 'bye'));
}

async function sizes() {
    const socket = await open();
    let i = 0;
    for (const size of [0, 1, 125, 126, 127, 4096, 65521, 65535, 65536, 65537, 131072, 1 << 20]) {
        const echo = receive(socket, 1);
        const sent = send(socket, message(i++, size));
        check(`${size} bytes`, [sent], await echo);
    }
    check('close: no code', [1005, ''], await close(socket));
}

// A ping may come between the fragments of a message.
async function fragments() {
    const socket = await open();
    const echo = receive(socket, 2);
    const pong = once(socket, 'pong');
    socket.send('one ', { fin: false });
    socket.ping('between');
    socket.send(Buffer.from('two '), { fin: false });
    socket.send('', { fin: false });
    socket.send('three', { fin: true });
    socket.send(Buffer.alloc(70000, 1), { fin: false });
    socket.send(Buffer.alloc(70000, 2), { fin: true });
    check('a ping between fragments', 'between', (await pong)[0].toString());
    const parts = Buffer.concat([Buffer.alloc(70000, 1), Buffer.alloc(70000, 2)]);
    check('messages in fragments', [summary(Buffer.from('one two three'), false), summary(parts, true)], await echo);
    check('close: a code of the program\'s', [4321, 'Grüße'], await close(socket, 4321, 'Grüße'));
}

async function pings() {
    const socket = await open();
    const pongs = [];
    const all = new Promise((resolve) => socket.on('pong', (data) => {
        if (pongs.push(data.toString()) === 100)
            resolve();
    }));
    const sent = [];
    for (let i = 0; i < 100; i++) {
        sent.push('x'.repeat(i));
        socket.ping(sent[i]);
    }
    await all;
    check('100 pings', [], differences(sent, pongs));
    await close(socket);
}

async function manySockets() {
    const sockets = await Promise.all(Array.from({ length: 50 }, open));
    const results = await Promise.all(sockets.map(async (socket, n) => {
        const echoes = receive(socket, 20);
        const sent = Array.from({ length: 20 }, (_, i) => send(socket, message(n + i, n * 100 + i)));
        return differences(sent, await echoes);
    }));
    check('50 sockets at once, 20 messages each', [], results.flat());
    const codes = await Promise.all(sockets.map((socket) => close(socket, 1000)));
    check('  all close properly', 50, codes.filter(([code]) => code === 1000).length);
}

// The echo stops when its client doesn't read, and goes on when it does.
async function slowReader() {
    const socket = await open();
    const echoes = receive(socket, 32);
    const sent = [];
    socket.pause();
    for (let i = 0; i < 32; i++)
        sent.push(send(socket, message(i, 1 << 20)));
    const deaf = await open();
    const echo = receive(deaf, 1);
    deaf.send('others');
    check('others are served beside one that doesn\'t read', [summary(Buffer.from('others'), false)], await echo);
    await close(deaf);
    socket.resume();
    check('32 MB to one that read late', [], differences(sent, await echoes));
    await close(socket);
}

async function badFrames() {
    const socket = await open();
    const closed = once(socket, 'close');
    socket.send('no mask', { mask: false });
    check('a frame without a mask: 1002', 1002, (await closed)[0]);
    const other = await open();
    const otherClosed = once(other, 'close');
    other.send('whole', { fin: false });
    other._sender._firstFragment = true; // a new message inside a message
    other.send('new', { fin: true });
    check('a message inside a message: 1002', 1002, (await otherClosed)[0]);
}

async function leavers() {
    for (let i = 0; i < 10; i++) {
        const socket = await open();
        socket.send(Buffer.alloc(100000), { fin: false });
        const closed = once(socket, 'close');
        if (i % 2)
            socket.terminate();
        else
            socket._socket.resetAndDestroy();
        await closed;
    }
    const socket = await open();
    const echo = receive(socket, 1);
    socket.send('still there');
    check('others are served after clients that left', [summary(Buffer.from('still there'), false)], await echo);
    await close(socket);
}

const handshake = [
    'GET / HTTP/1.1', `Host: localhost:${port}`, 'Upgrade: websocket', 'Connection: keep-alive, Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', ''].join('\r\n');

async function readAll(socket) {
    let all = Buffer.alloc(0);
    for await (const piece of socket)
        all = Buffer.concat([all, piece]);
    return all;
}

// The example of RFC 6455 (1.3, 5.7), its first frame sent with the handshake, and a FIN instead of a Close.
async function bareBytes() {
    const socket = net.connect({ port, host: 'localhost', allowHalfOpen: true });
    const hello = Buffer.from([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    socket.write(Buffer.concat([Buffer.from(handshake), hello]));
    socket.end();
    const answer = await readAll(socket);
    const end = answer.indexOf('\r\n\r\n') + 4;
    const head = answer.subarray(0, end).toString();
    check('the handshake\'s status', 'HTTP/1.1 101 Switching Protocols', head.split('\r\n')[0]);
    check('the handshake\'s accept', true, head.includes('\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n'));
    check('the handshake\'s Connection', ['Connection: Upgrade'], head.match(/^Connection:.*$/gm).map((l) => l.trim()));
    check('a frame sent ahead, and a FIN', '81 05 Hello',
        [...answer.subarray(end, end + 2)].map((b) => b.toString(16).padStart(2, '0')).join(' ') + ' ' +
        answer.subarray(end + 2).toString());
}

async function plainRequest() {
    const answers = [];
    for (let i = 0; i < 2; i++)
        answers.push((await fetch(process.argv[2])).status);
    check('a request that is none for a WebSocket', [426, 426], answers);
}

(async () => {
    for (const part of [thousand, sizes, fragments, pings, manySockets, slowReader, badFrames, leavers, bareBytes,
        plainRequest])
        await part().catch((error) => check(part.name, 'no error', String(error.stack)));
    process.exit(0);
})();
