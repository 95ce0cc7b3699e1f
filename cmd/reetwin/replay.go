package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"reetwin/connectors/bus"
	"reetwin/plant"
)

func newReplayCommand() *cobra.Command {
	var flags liveFlags
	var output string
	c := &cobra.Command{
		Use:   "replay FILE",
		Short: "Run the journal of a live plant through the twin again",
		Long: `replay feeds the journal in --dir to a new twin, by the same path as live. The frames are the same, to the bit, as those
that live published, so that writing them to InfluxDB again changes nothing. Nothing is written to the folder.`,
		Example: "  reetwin replay configs/uky-live.toml --dir reetwin-live -o json > frames.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if output != "table" && output != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", output)}
			}
			config, model, err := loadLive(args[0])
			if err != nil {
				return err
			}
			twin, err := plant.NewTwin(config, model)
			if err != nil {
				return exitError{exitUnsolved, err}
			}
			b, err := bus.Open(flags.dir)
			if err != nil {
				return err
			}
			defer b.Close()
			writer, err := influxWriter(config, flags, b)
			if err != nil {
				return exitError{exitUsage, err}
			}
			count, records := 0, 0
			var last *plant.Frame
			err = b.Records(c.Context(), 1, false, func(_ uint64, r plant.Record) error {
				records++
				frames := twin.Advance(r)
				for _, f := range frames {
					count++
					last = f
					if output == "json" {
						writeJSONLine(c.OutOrStdout(), f)
					}
				}
				if writer == nil {
					return nil
				}
				return rewrite(c.Context(), writer.Records, writer.Frames, r, frames)
			})
			if err != nil {
				return err
			}
			if output == "table" && last != nil {
				newScreen(c.OutOrStdout(), nil).draw(last, len(last.Tags))
			}
			fmt.Fprintf(c.ErrOrStderr(), "%d records, %d frames\n", records, count)
			return nil
		},
	}
	flags.add(c, "reetwin-live")
	c.Flags().StringVarP(&output, "output", "o", "table", "table (the last frame) or json (every frame, one a line)")
	for _, none := range []string{"for", "frames"} {
		if err := c.Flags().MarkHidden(none); err != nil {
			panic(err)
		}
	}
	return c
}

// rewrite writes one record and its frames to InfluxDB.
func rewrite(ctx context.Context, records func(context.Context, []plant.Record) error, frames func(context.Context, []plant.Frame) error, r plant.Record, fs []*plant.Frame) error {
	if len(r.Samples) > 0 {
		if err := records(ctx, []plant.Record{r}); err != nil {
			return err
		}
	}
	if len(fs) == 0 {
		return nil
	}
	all := make([]plant.Frame, len(fs))
	for i, f := range fs {
		all[i] = *f
	}
	return frames(ctx, all)
}

func writeJSONLine(w io.Writer, f *plant.Frame) {
	text, err := json.Marshal(f)
	if err != nil { // a frame holds nothing that JSON cannot say
		panic(err)
	}
	w.Write(append(text, '\n'))
}
