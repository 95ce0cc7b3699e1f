package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/connectors/opcua"
)

func newOPCUACommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "opcua",
		Short:   "Look at the OPC UA server of a live plant",
		Long:    "opcua lists what a server offers, and checks that every tag of a live plant's file can be had from it.",
		Example: "  reetwin opcua browse configs/uky-live.toml\n  reetwin opcua check configs/uky-live.toml",
	}
	var endpoint, root string
	client := func(file string) (*opcua.Client, error) {
		config, _, err := loadLive(file)
		if err != nil {
			return nil, err
		}
		settings, err := opcuaSettings(config, endpoint)
		if err != nil {
			return nil, err
		}
		client, err := opcua.New(settings)
		if err != nil {
			return nil, exitError{exitUsage, err}
		}
		return client, nil
	}
	browse := &cobra.Command{
		Use:     "browse FILE",
		Short:   "List the variables that the server offers",
		Long:    "browse lists the variables of the server of a live plant's file, as a tag names them: node, name, type, engineering unit.",
		Example: "  reetwin opcua browse configs/uky-live.toml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			client, err := client(args[0])
			if err != nil {
				return err
			}
			found, err := client.Browse(c.Context(), root)
			if err != nil {
				return exitError{exitConnection, err}
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 2, 0, 2, ' ', 0)
			fmt.Fprintln(w, "node\tname\ttype\tunit\tnamespace")
			for _, f := range found {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", f.Node, f.Name, f.Type, f.Unit, f.Namespace)
			}
			return w.Flush()
		},
	}
	browse.Flags().StringVar(&root, "root", "", "node to start below")
	check := &cobra.Command{
		Use:   "check FILE",
		Short: "Resolve every tag and show its first value",
		Long: `check resolves every tag of a live plant's file on its server: node, type, engineering unit, what the server grants
of sampling and queue, first value and quality. Nothing is written. Exit code 5 when a tag cannot be used.`,
		Example: "  reetwin opcua check configs/uky-live.toml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			client, err := client(args[0])
			if err != nil {
				return err
			}
			return showCheck(c.Context(), c.OutOrStdout(), client)
		},
	}
	for _, sub := range []*cobra.Command{browse, check} {
		sub.Flags().StringVar(&endpoint, "endpoint", "", "another endpoint than the file's")
		c.AddCommand(sub)
	}
	return c
}

// showCheck prints what became of every tag.
func showCheck(ctx context.Context, out io.Writer, client *opcua.Client) error {
	rows, err := client.Check(ctx)
	if err != nil {
		return exitError{exitConnection, err}
	}
	w := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	fmt.Fprintln(w, "tag\tnode\ttype\tunit\tsampling\tqueue\tfirst value\tquality\tremark")
	faults := 0
	for _, r := range rows {
		remark := r.Fault
		if r.Fault != "" {
			faults++
		} else if r.UnitDiffers {
			remark = "the server's unit is not the tag's"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%v\t%d\t%s\t%s\t%s\n", r.ID, r.Node, r.Type, r.Unit, r.Sampling, r.Queue,
			number(r.First.Value), r.First.Quality, remark)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d of %d tags can be used\n", len(rows)-faults, len(rows))
	if faults > 0 {
		return exitError{exitData, errors.New("not every tag can be used")}
	}
	return nil
}
