// An OPC UA server that is not ours (node-opcua), for the tests of the client.
// node server.js '{"port":…, "pki":dir, "uri":…, "tags":[{"id","unit","lo","hi"}], "period":ms, "shift":n, "seconds":n}'
// Each tag counts up by one every period, beginning at now/period, so that a step of more than one is a loss, counted.
// A tag with a "value" stands still, and is measured all the same. With "plain" the server takes no filters.
// Lines on standard input: {"id":…,"status":"BadSensorFailure"} sets the quality of a tag; {"id":…,"at":ms} has its clock wrong
// once. With "log" it says "tick MS" for every source time that it sets, and "ack N SUBSCRIPTION MS" for N values acknowledged.
// It ends with its input, or after seconds.
const ua = require("node-opcua");
const readline = require("readline");
const o = JSON.parse(process.argv[2]);
const status = {}, at = {};

if (o.log) {
  const acknowledge = ua.Subscription.prototype.acknowledgeNotification;
  ua.Subscription.prototype.acknowledgeNotification = function (number) {
    const message = this._sent_notification_messages.find((m) => m.sequenceNumber === number);
    const counts = {};
    for (const part of message ? message.notificationData || [] : []) {
      for (const item of part.monitoredItems || []) {
        const ms = item.value.sourceTimestamp.getTime();
        counts[ms] = (counts[ms] || 0) + 1;
      }
    }
    for (const ms in counts) console.log(`ack ${counts[ms]} ${this.id} ${ms}`);
    return acknowledge.call(this, number);
  };
}

if (o.plain) {
  const create = ua.Subscription.prototype.preCreateMonitoredItem;
  ua.Subscription.prototype.preCreateMonitoredItem = function (space, timestamps, request) {
    if (!request.requestedParameters.filter) return create.call(this, space, timestamps, request);
    const { BadMonitoredItemFilterUnsupported: statusCode } = ua.StatusCodes;
    return { createResult: new ua.MonitoredItemCreateResult({ statusCode }) };
  };
}

(async () => {
  const manager = new ua.OPCUACertificateManager({ automaticallyAcceptUnknownCertificate: true, rootFolder: o.pki });
  await manager.initialize();
  const { None, SignAndEncrypt } = ua.MessageSecurityMode;
  const server = new ua.OPCUAServer({
    port: o.port, hostname: "127.0.0.1", serverCertificateManager: manager,
    securityPolicies: [ua.SecurityPolicy.None, ua.SecurityPolicy.Basic256Sha256], securityModes: [None, SignAndEncrypt],
    allowAnonymous: true, userManager: { isValidUser: (user, password) => user === "twin" && password === "s3cret" },
    serverCapabilities: {
      minSupportedSampleRate: 10, maxSessions: o.sessions || 10,
      operationLimits: { maxMonitoredItemsPerCall: 7, maxNodesPerRead: 9, maxNodesPerBrowse: 5 },
    },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  for (let i = 0; i < o.shift; i++) space.registerNamespace("urn:shift" + i);
  const own = space.registerNamespace(o.uri);
  const plant = own.addObject({ organizedBy: space.rootFolder.objects, browseName: "Plant" });
  let count = Math.floor(Date.now() / o.period);
  const tags = o.tags.map((t) => ({ id: t.id, value: t.value, node: own.addAnalogDataItem({
    componentOf: plant, browseName: t.id, nodeId: "s=" + t.id, dataType: "Double", minimumSamplingInterval: 10,
    engineeringUnits: ua.makeEUInformation("XX", t.unit, t.unit), engineeringUnitsRange: { low: t.lo, high: t.hi },
  }) }));
  const tick = () => {
    count++;
    const now = new Date();
    for (const t of tags) {
      const value = t.value === undefined ? count : t.value;
      const when = at[t.id] === undefined ? now : new Date(at[t.id]);
      delete at[t.id];
      t.node.setValueFromSource({ dataType: ua.DataType.Double, value }, ua.StatusCodes[status[t.id] || "Good"], when);
    }
    if (o.log) console.log("tick " + now.getTime());
  };
  tick();
  await server.start();
  // A tick comes when it is due, and not before the server had turns to sample the last one: what a busy machine kept it from
  // sampling, no client could get.
  let due = Date.now() + o.period;
  const turn = (left) => setTimeout(() => {
    if (left > 0 || Date.now() < due) return turn(left - 1);
    tick();
    due += o.period;
    turn(7);
  }, o.period / 10);
  turn(7);
  const end = async () => { await server.shutdown(0); process.exit(0); };
  const input = readline.createInterface({ input: process.stdin });
  input.on("line", (line) => { const s = JSON.parse(line); if (s.at === undefined) status[s.id] = s.status; else at[s.id] = s.at; });
  input.on("close", () => process.exit(0));
  process.on("SIGTERM", end);
  setTimeout(end, o.seconds * 1000);
  console.log("ready " + own.index);
})().catch((e) => { console.error(e); process.exit(1); });
