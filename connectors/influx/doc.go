// Package influx writes what is measured, what the model expects and the KPIs to InfluxDB (1.8, 2, and what speaks the
// same write API), at least once. docs/influx.md describes the schema and how to query it.
//
//	journal ─▶ Records ─▶ raw         ┐
//	outbox  ─▶ Frames  ─▶ model, kpi  ┴▶ lines ─▶ 204                    stored
//	                                          ├─ 400, 413, 422          halve; a line refused alone ─▶ dead letter
//	                                          ├─ 429, 5xx, no answer    again, backing off up to 30 s (Retry-After)
//	                                          └─ 401, 403, 404, others  keep, report, try again slowly
//
// Records and Frames return when every point is stored or dead-lettered, so a durable consumer acknowledges what they
// have returned for and loses nothing. A point's series and time follow from the plant's data alone, so that a point
// written again overwrites itself.
//
//	w, err := influx.NewWriter(config, tags, dead)
//	err = w.Records(ctx, records) // nil: acknowledge them to the journal
package influx
