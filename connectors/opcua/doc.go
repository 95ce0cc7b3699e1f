// Package opcua reads the plant over OPC UA, and serves a virtual plant over it.
//
//	client, err := opcua.New(opcua.Config{Endpoint: "opc.tcp://10.1.2.3:4840", Namespace: "urn:plant:dcs",
//		Security: "Basic256Sha256", Thumbprint: "sha256:…", QueueSeconds: 60, Tags: tags})
//	err = client.Run(ctx, journal.Append) // until ctx ends or the journal fails
//
// Encoding, secure channel and session are gopcua's. Its reconnect and its subscriptions are not used: after a cut they
// can report a connection over which no value ever comes again. The loop here is
//
//	resolve ─▶ channel ─▶ session ─▶ subscription ─▶ missed messages ─▶ stream
//	   ▲                  1 the old one, activated again           three requests in flight, messages in order of their
//	   │                  2 a new one, subscription transferred    number, acknowledged when deliver has returned
//	   └── wait ◀──────── 3 a new one, subscription made anew  ◀── no answer, a fault, a hole
//
// What the server sampled during an outage waits in its queues, as long as QueueSeconds and the server allow
// (Stats.Rides), and is delivered afterwards. The way 3 loses the outage; Stats counts each.
//
// With Config.Memory that holds for a kill too: the next process takes the subscription over (way 2) and fetches what was sent
// into the dead session. A server that refuses the transfer loses the outage. The dead session counts against the server's
// limit for two minutes, or twice QueueSeconds: many kills in that time have to wait.
//
// Nodes are found by the URI of their namespace: its index may change with every start of the server.
//
// A connection is no proof of data. Stats.State is "live" only while the server answers, and Stats.LastData says when
// the last value came.
//
// The Server is for the virtual plant and for tests: it has no users and keeps only the last value of a tag for a
// subscription, so it listens on this machine only.
package opcua
