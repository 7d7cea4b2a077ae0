#!/usr/bin/env node
/* Must parse on any Node, however old: it finds one that is new enough, or says plainly what to do. */
'use strict';
var path = require('path');
var fs = require('fs');
var os = require('os');
var spawn = require('child_process').spawn;

var WANTED = [22, 12];
var main = path.join(__dirname, '..', 'dist', 'main.mjs');

function newEnough(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > WANTED[0] || (parts[0] === WANTED[0] && parts[1] >= WANTED[1]);
}

function bundledNode() {
  try {
    var program = path.join(path.dirname(require.resolve('node/package.json')), 'bin', 'node');
    return fs.existsSync(program) ? program : null;
  } catch (_) {
    return null;
  }
}

/* Compiled code is kept in the cache by content: a quarter of the way to the first frame. What cannot be written there is compiled again.
   The folder is that of src/system/paths.ts, which is not compiled yet. */
function keepCompiledCode() {
  var cache = process.env.KUBEDRILL_CACHE || path.join(process.env.XDG_CACHE_HOME || path.join(process.env.HOME || os.homedir(), '.cache'), 'kubedrill');
  require('module').enableCompileCache(path.join(cache, 'compiled'));
}

function restoreTerminal() {
  if (process.stdout.isTTY) process.stdout.write('\u001b[?1049l\u001b[?25h\u001b[?2004l\u001b[0m');
  if (process.stdin.isTTY && process.stdin.setRawMode) {
    try {
      process.stdin.setRawMode(false);
    } catch (_) {
      /* the terminal is gone */
    }
  }
}

function runWith(program) {
  // the channel carries no messages: its end tells the child that this process is gone, also after kill -9
  var child = spawn(program, [__filename].concat(process.argv.slice(2)), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: process.env });
  // Ctrl+C reaches the whole foreground group by itself
  process.on('SIGINT', function () {});
  ['SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on('exit', function (code, signal) {
    if (signal) {
      restoreTerminal();
      process.stderr.write('kubedrill was ended by ' + signal + '. Whatever it left in force is undone by: kubedrill recover\n');
      process.exit(signal === 'SIGINT' ? 130 : 1);
    }
    process.exit(code);
  });
}

var node;
if (!fs.existsSync(main)) {
  process.stderr.write('kubedrill is not built yet.\nRun "npm install" and then "npm start" in ' + path.join(__dirname, '..') + '.\n');
  process.exit(1);
} else if (newEnough(process.versions.node)) {
  process.argv.splice(1, 1, main);
  keepCompiledCode();
  // in a string, because an old Node cannot even parse it
  new Function('url', 'return import(url)')('file://' + main).catch(function (error) {
    process.stderr.write(String((error && error.stack) || error) + '\n');
    process.exit(1);
  });
} else {
  node = bundledNode();
  if (node) runWith(node);
  else {
    process.stderr.write(
      'kubedrill needs Node.js ' + WANTED.join('.') + ' or newer; this is ' + process.version + '.\n' +
        'Run "npm install" here (it brings one), then "npm start", or install a newer Node.js.\n'
    );
    process.exit(1);
  }
}
