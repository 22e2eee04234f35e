'use strict';
// A registry of npm packages in this process's memory, on a loopback port: packages are published to it and installed
// from it. It answers 422 as the public one does where provenance could not be given.

const crypto = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');

/**
 * @typedef {object} Stored
 * @property {Record<string, any>} packument what is served of a package
 * @property {Map<string, Buffer>} tarballs
 */

/** @param {import('node:http').IncomingMessage} request */
async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param {Record<string, any>} manifest @param {string} home */
function isOfRepository({ repository }, home) {
  return repository?.url === `git+${home}.git`;
}

/**
 * @param {Map<string, Stored>} packages
 * @param {any} published what npm sends
 * @param {string} home that provenance would be for
 */
function store(packages, published, home) {
  const { name, versions, _attachments: attachments } = published;
  const [[version, manifest]] = Object.entries(versions);
  if (!isOfRepository(manifest, home))
    return { status: 422, answer: { error: 'package.json: "repository.url" does not match' } };
  const { packument, tarballs } = packages.get(name) ?? {
    packument: { name, versions: {}, 'dist-tags': {}, time: {} },
    tarballs: new Map(),
  };
  if (packument.versions[version]) return { status: 403, answer: { error: `${name}@${version} is there already` } };
  const [{ data }] = Object.values(attachments);
  const bytes = Buffer.from(data, 'base64');
  tarballs.set(`${name}-${version}.tgz`, bytes);
  const integrity = `sha512-${crypto.createHash('sha512').update(bytes).digest('base64')}`;
  const shasum = crypto.createHash('sha1').update(bytes).digest('hex');
  packument.versions[version] = { ...manifest, dist: { ...manifest.dist, integrity, shasum } };
  packument.time[version] = new Date(0).toISOString();
  Object.assign(packument['dist-tags'], published['dist-tags']);
  packages.set(name, { packument, tarballs });
  return { status: 201, answer: { ok: true } };
}

/** The same package with tarballs at the address that was asked. @param {Stored} stored @param {string} origin */
function served({ packument }, origin) {
  const versions = Object.entries(packument.versions).map(([version, manifest]) => {
    const tarball = `${origin}/${packument.name}/-/${packument.name}-${version}.tgz`;
    return [version, { ...manifest, dist: { ...manifest.dist, tarball } }];
  });
  return { ...packument, versions: Object.fromEntries(versions) };
}

/**
 * @param {string} home of the repository that packages must be of
 * @returns {Promise<{ url: string, packages: Map<string, Stored>, close: () => void }>}
 */
async function startRegistry(home) {
  /** @type {Map<string, Stored>} */
  const packages = new Map();
  const server = http.createServer(async (request, response) => {
    const [name, , file] = decodeURIComponent(String(request.url)).slice(1).split(/[/?]/);
    const known = packages.get(name);
    const send = (/** @type {number} */ status, /** @type {object} */ answer) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    if (request.method === 'PUT') {
      const { status, answer } = store(packages, JSON.parse(String(await bodyOf(request))), home);
      send(status, answer);
    } else if (!known || (file && !known.tarballs.has(file))) {
      send(404, { error: `${name} is not here` });
    } else if (file) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(known.tarballs.get(file));
    } else {
      send(200, served(known, `http://${request.headers.host}`));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    packages,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

module.exports = { startRegistry };
