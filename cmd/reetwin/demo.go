package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"reetwin/configs"
	"reetwin/connectors/opcua"
	"reetwin/flowsheet"
	"reetwin/plant"
	"reetwin/plant/virtual"
)

func newDemoCommand() *cobra.Command {
	var flags liveFlags
	var of string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show a live twin: a virtual plant, OPC UA, the model and its KPIs in one process",
		Long: `demo starts the virtual UKy coal-refuse plant behind a real OPC UA server on this machine, and the twin that subscribes to
it: measured and expected values, deviations, KPIs, quality and age, live. It needs nothing else; the plant's two files are
written to the folder of the demo, where they can be read and changed. With --plant it runs another plant: FILE.toml whose tags stand beside it in
FILE-live.toml.

Without --influx the KPIs are kept in the outbox on disk.`,
		Example: "  reetwin demo --for 30s\n  reetwin demo --influx http://127.0.0.1:8086 --token env:INFLUX_TOKEN\n  reetwin demo --plant configs/amd-to-metal.toml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			file, err := demoPlant(of, flags.dir)
			if err != nil {
				return err
			}
			config, model, err := loadLive(file)
			if err != nil {
				return err
			}
			server, err := startVirtual(c.Context(), config, "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer server.stop()
			settings, err := opcuaSettings(config, server.URL())
			if err != nil {
				return err
			}
			client, err := opcua.New(settings)
			if err != nil {
				return exitError{exitUsage, err}
			}
			fmt.Fprintf(c.ErrOrStderr(), "virtual plant at %s, files in %s\n", server.URL(), flags.dir)
			return runLive(c, config, model, client, flags, func() string { return clientLine(client.Stats()) })
		},
	}
	flags.add(c, "reetwin-demo")
	c.Flags().StringVar(&of, "plant", "", "run this plant `FILE` with the tags of FILE-live.toml (default: the embedded UKy plant)")
	return c
}

// demoPlant is the live file of the demo: that beside the plant asked for, or the embedded one, written to the demo's folder.
func demoPlant(of, dir string) (string, error) {
	if of == "" {
		return demoFiles(dir)
	}
	live := of
	if !strings.HasSuffix(of, "-live.toml") {
		live = strings.TrimSuffix(of, ".toml") + "-live.toml"
	}
	for _, file := range []string{of, live} {
		if _, err := os.Stat(file); err != nil {
			return "", exitError{exitUsage, fmt.Errorf("--plant %s: %w; a live plant is a file FILE.toml with its tags beside it in FILE-live.toml", of, err)}
		}
	}
	return live, nil
}

// demoFiles writes the embedded plant to the demo's folder unless it is there already, and returns the live plant's file.
func demoFiles(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, name := range []string{"uky.toml", "uky-live.toml"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		text, err := configs.Demo.ReadFile(name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "uky-live.toml"), nil
}

func newVirtualCommand() *cobra.Command {
	var listen string
	var forTime time.Duration
	c := &cobra.Command{
		Use:   "virtual FILE",
		Short: "Serve a virtual plant over OPC UA on this machine",
		Long: `virtual runs the model of a live plant's file as a moving plant: feeds, acids and flows drift, instruments have noise and
resolution, the laboratory reports late. Its tags are served by OPC UA on the loopback address.`,
		Example:     "  reetwin virtual configs/uky-live.toml --listen 127.0.0.1:48401",
		Args:        cobra.ExactArgs(1),
		Annotations: map[string]string{graceful: "stops by itself"},
		RunE: func(c *cobra.Command, args []string) error {
			config, _, err := loadLive(args[0])
			if err != nil {
				return err
			}
			ctx := c.Context()
			if forTime > 0 {
				limited, cancel := context.WithTimeout(ctx, forTime)
				defer cancel()
				ctx = limited
			}
			server, err := startVirtual(ctx, config, listen)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s serves %d tags in namespace %s\n", server.URL(), len(config.Tags), virtualNamespace)
			<-ctx.Done()
			server.stop()
			if server.err != nil {
				return server.err
			}
			if c.Context().Err() != nil {
				return exitError{exitInterrupted, nil}
			}
			return nil
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:48401", "address of this machine to listen at; port 0 takes a free one")
	c.Flags().DurationVar(&forTime, "for", 0, "end after this time (default: until Ctrl-C)")
	return c
}

const virtualNamespace = "urn:reetwin:virtual"

// virtualServer is a virtual plant behind its OPC UA server.
type virtualServer struct {
	*opcua.Server
	cancel context.CancelFunc
	done   chan struct{}
	err    error // why the plant stopped, once done is closed
}

// startVirtual starts the virtual plant of a live plant's file; it moves once a cycle.
func startVirtual(ctx context.Context, config *plant.Config, listen string) (*virtualServer, error) {
	model, _, err := loadPlant(config.Plant, nil)
	if err != nil {
		return nil, err
	}
	moving, err := newVirtual(config, model)
	if err != nil {
		return nil, err
	}
	first, err := moving.At(time.Now())
	if err != nil {
		return nil, exitError{exitUnsolved, err}
	}
	server, err := opcua.NewServer(listen, virtualNamespace, config.Tags)
	if err != nil {
		return nil, err
	}
	if err := server.Set(first); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	v := &virtualServer{Server: server, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(v.done)
		t := time.NewTicker(config.Cycle)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-t.C:
				samples, err := moving.At(now)
				if err == nil {
					err = server.Set(samples)
				}
				if err != nil {
					v.err = err
					return
				}
			}
		}
	}()
	return v, nil
}

func newVirtual(config *plant.Config, model *flowsheet.Plant) (*virtual.Plant, error) {
	var options virtual.Options
	if config.Virtual != nil {
		options = virtual.ReadOptions(config.Virtual)
		if err := config.Err(); err != nil {
			return nil, exitError{exitUsage, err}
		}
	}
	moving, err := virtual.New(model, config.Tags, options)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	return moving, nil
}

// stop ends the plant and its server and waits for both.
func (v *virtualServer) stop() {
	v.cancel()
	<-v.done
	v.Server.Close()
}

// logFrame writes a frame as one line of JSON.
func logFrame(w io.Writer, f *plant.Frame) {
	writeJSONLine(w, f)
}
