package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"reetwin/connectors/bus"
	"reetwin/connectors/influx"
	"reetwin/connectors/opcua"
	"reetwin/flowsheet"
	"reetwin/plant"
)

// liveFlags are those of live and demo.
type liveFlags struct {
	dir       string
	forTime   time.Duration
	influxURL string
	token     string
	org       string
	bucket    string
	log       string
}

func (l *liveFlags) add(c *cobra.Command, dir string) {
	f := c.Flags()
	f.StringVar(&l.dir, "dir", dir, "folder of the journal and the outbox; one process at a time")
	f.DurationVar(&l.forTime, "for", 0, "end after this time, e.g. 30s (default: until Ctrl-C)")
	f.StringVar(&l.influxURL, "influx", "", "write to this InfluxDB, e.g. http://127.0.0.1:8086")
	f.StringVar(&l.token, "token", "", "where its token is: env:NAME or file:PATH")
	f.StringVar(&l.org, "org", "reetwin", "its organization")
	f.StringVar(&l.bucket, "bucket", "reetwin", "its bucket")
	f.StringVar(&l.log, "frames", "", "also append every published frame to this file, one JSON a line")
	c.Annotations = map[string]string{graceful: "stops by itself"}
}

func newLiveCommand() *cobra.Command {
	var flags liveFlags
	var endpoint string
	var dry bool
	c := &cobra.Command{
		Use:   "live FILE",
		Short: "Run the twin of a plant on live OPC UA data",
		Long: `live subscribes to the tags of a plant, keeps every value in a journal on disk, solves the model each cycle with the
measured inlets, and shows and publishes what is measured, what is expected, and the KPIs, each with its quality and age.

The file names the model, the endpoint, the tags and the KPIs: see configs/uky-live.toml.
Without an InfluxDB the frames stay in the outbox on disk; a later start with one delivers them.`,
		Example: "  reetwin virtual configs/uky-live.toml &\n  reetwin live configs/uky-live.toml --for 1m",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			config, model, err := loadLive(args[0])
			if err != nil {
				return err
			}
			settings, err := opcuaSettings(config, endpoint)
			if err != nil {
				return err
			}
			if dry {
				return dryRun(c.Context(), c.OutOrStdout(), settings)
			}
			settings.Memory = filepath.Join(flags.dir, "subscription.json")
			client, err := opcua.New(settings)
			if err != nil {
				return exitError{exitUsage, err}
			}
			if err := runLive(c, config, model, client, flags, func() string { return clientLine(client.Stats()) }); err != nil {
				return err
			}
			if s := client.Stats(); s.Received == 0 {
				return exitError{exitConnection, fmt.Errorf("no value came from %s: %s", settings.Endpoint, cmp.Or(s.Why, "not connected"))}
			}
			return nil
		},
	}
	flags.add(c, "reetwin-live")
	c.Flags().StringVar(&endpoint, "endpoint", "", "another endpoint than the file's, e.g. opc.tcp://127.0.0.1:4840")
	c.Flags().BoolVar(&dry, "dry-run", false, "resolve all tags, show their first values, write nothing")
	return c
}

// loadLive reads a live plant's file and its model. The error carries exit code 2.
func loadLive(file string) (*plant.Config, *flowsheet.Plant, error) {
	config, tree, err := plant.ReadConfig(file)
	if tags := strings.TrimSuffix(file, ".toml") + "-live.toml"; err != nil && exists(tags) {
		err = fmt.Errorf("%s is no file of a live plant; did you mean %s?", file, tags)
	}
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	model, _, err := loadPlant(config.Plant, nil)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(config.Check(model), tree.Err()); err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	return config, model, nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// opcuaSettings reads the table [opcua].
func opcuaSettings(config *plant.Config, endpoint string) (opcua.Config, error) {
	if config.OPCUA == nil {
		return opcua.Config{}, exitError{exitUsage, errors.New("the file has no [opcua] table with endpoint and namespace")}
	}
	settings := opcua.Read(config.OPCUA, config.Tags)
	if err := config.Err(); err != nil {
		return settings, exitError{exitUsage, err}
	}
	if endpoint != "" {
		settings.Endpoint = endpoint
	}
	return settings, nil
}

// runLive opens the bus and runs the line until the command's context, or the time of --for, ends.
func runLive(c *cobra.Command, config *plant.Config, model *flowsheet.Plant, source plant.Source, flags liveFlags, status func() string) error {
	twin, err := plant.NewTwin(config, model)
	if err != nil {
		return exitError{exitUnsolved, err}
	}
	b, err := bus.Open(flags.dir)
	if err != nil {
		return err
	}
	defer b.Close()
	l := &line{config: config, twin: twin, bus: b, source: source, state: filepath.Join(flags.dir, "model.json")}
	if l.writer, err = influxWriter(config, flags, b); err != nil {
		return exitError{exitUsage, err}
	}
	sink := "no InfluxDB: KPIs are kept in the outbox, " + flags.dir
	if l.writer != nil {
		defer l.writer.Close()
	}
	screen := newScreen(c.OutOrStdout(), func() string {
		if l.writer != nil {
			sink = influxLine(l.writer.Stats())
		}
		return status() + "   " + sink
	})
	l.show = screen.show
	if flags.log != "" {
		log, err := os.OpenFile(flags.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return exitError{exitUsage, err}
		}
		defer log.Close()
		l.show = func(f *plant.Frame) {
			logFrame(log, f)
			screen.show(f)
		}
	}
	ctx := c.Context()
	if flags.forTime > 0 {
		limited, cancel := context.WithTimeout(ctx, flags.forTime)
		defer cancel()
		ctx = limited
	}
	err = l.run(ctx)
	fmt.Fprintf(c.ErrOrStderr(), "stopped after %d frames; %s\n", screen.end(), sink)
	if err == nil && c.Context().Err() != nil {
		return exitError{exitInterrupted, nil}
	}
	return err
}

// influxWriter makes the writer of --influx or of the table [influx]; nil when there is neither.
func influxWriter(config *plant.Config, flags liveFlags, b *bus.Bus) (*influx.Writer, error) {
	var settings influx.Config
	switch {
	case flags.influxURL != "":
		settings = influx.Config{URL: flags.influxURL, Org: flags.org, Bucket: flags.bucket, Token: flags.token}
	case config.Influx != nil:
		settings = influx.Read(config.Influx)
		if err := config.Err(); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	settings.Site = config.Site
	return influx.NewWriter(settings, config.Tags, b.Dead)
}

// clientLine says in one line how the plant's data come.
func clientLine(s opcua.Stats) string {
	text := fmt.Sprintf("OPC UA %s, %d values", s.State, s.Received)
	if s.Why != "" {
		text += " (" + cut(s.Why, 60) + ")"
	}
	if lost := s.SequenceGaps + s.Overflows; lost > 0 {
		text += fmt.Sprintf(", %d gaps", lost)
	}
	if s.Recreated > 0 {
		text += fmt.Sprintf(", %d outages lost", s.Recreated)
	}
	if len(s.Refused) > 0 {
		text += fmt.Sprintf(", %d tags refused", len(s.Refused))
	}
	return text
}

func influxLine(s influx.Stats) string {
	text := fmt.Sprintf("InfluxDB %d points stored", s.Stored)
	if !s.Up && s.LastError != "" {
		text = fmt.Sprintf("InfluxDB down (%s), outbox keeps the rest, %d points stored", cut(s.LastError, 60), s.Stored)
	}
	if s.Dead > 0 {
		text += fmt.Sprintf(", %d dead letters", s.Dead)
	}
	return text
}

// dryRun resolves every tag and shows its first value; nothing is written.
func dryRun(ctx context.Context, out io.Writer, settings opcua.Config) error {
	client, err := opcua.New(settings)
	if err != nil {
		return exitError{exitUsage, err}
	}
	return showCheck(ctx, out, client)
}

// graceful marks commands that end by themselves on Ctrl-C.
const graceful = "graceful"
