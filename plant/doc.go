// Package plant is the live half of reetwin: what is measured, what the model expects, and how far each can be trusted.
//
//	OPC UA ─▶ journal (on disk) ─▶ Twin.Advance ─▶ Frame ─▶ outbox (on disk) ─▶ InfluxDB, screen
//
// A Twin is a function of the journal: records in, frames out. It reads no clock and does no I/O, so a replay of the same
// journal gives the same frames, bit for bit, wherever the first run was interrupted.
//
//	twin, err := plant.NewTwin(config, model)
//	for record := range journal {
//		for _, frame := range twin.Advance(record) {
//			outbox.Publish(ctx, frame)
//		}
//	}
package plant
