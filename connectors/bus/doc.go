// Package bus keeps on disk what must survive the process: an embedded NATS JetStream server, in process, without a socket.
//
//	source ─▶ Append ─▶ JOURNAL ─▶ Records ─▶ twin ─▶ Publish ─▶ OUTBOX ─▶ Consume ─▶ sink
//	                       └──────▶ Consume ─▶ sink ─▶ Dead ─▶ DEAD
//
// What Append, Publish and Dead have returned without error is on disk (each write is synced). Each stream has its own bounds of
// bytes, messages and age; past them its oldest messages go first, which Stats counts. No stream takes room from another.
//
// A reader is a position in a stream under a name, kept on disk in a fourth stream and moved after each batch that its sink took. It
// stands in for a JetStream consumer: no timer redelivers, a restart goes on at once instead of after AckWait, and messages that
// were evicted before they were read are counted for the reader that missed them.
//
//	b, err := bus.Open("plant.bus")
//	go b.Consume(ctx, bus.Journal, "influx", 1000, func(batch []bus.Message) error { return write(batch) })
//	err = b.Append(ctx, plant.Record{Clock: now, Samples: samples})
package bus
