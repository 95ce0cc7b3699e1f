// Command reetwin is a digital twin of plants that win rare earths from waste.
//
//	reetwin solve configs/uky.toml
//	reetwin solve configs/uky.toml --set rougher_load.stages=4 --loss Nd
//
// Exit codes: 0 ok, 1 internal fault, 2 usage or config, 3 outside a validity range (--strict) or a validation case
// failed, 4 not converged or not balanced, 5 data bad or stale, 6 no connection, 130 interrupted. Results go to stdout, messages to stderr.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
)

// Exit codes.
const (
	exitInternal    = 1
	exitUsage       = 2
	exitOutside     = 3
	exitUnsolved    = 4
	exitData        = 5
	exitConnection  = 6
	exitInterrupted = 130
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan os.Signal, 2)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	var waits atomic.Bool // the command under way ends by itself when its context does
	go func() {
		<-stop
		cancel()
		if waits.Load() {
			select {
			case <-stop: // a second Ctrl-C
			case <-time.After(10 * time.Second):
			}
		}
		os.Exit(exitInterrupted)
	}()
	// Warnings and errors of the connectors go to stderr. The libraries beneath them chat on the standard log: not here.
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	log.SetOutput(io.Discard)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, &waits))
}

// run executes one command line and returns its exit code. waits is set when the command ends by itself with ctx.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, waits *atomic.Bool) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintf(stderr, "internal fault: %v\n%s", fault, debug.Stack())
			code = exitInternal
		}
	}()
	running := false
	root := newRootCommand()
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		running = true
		waits.Store(c.Annotations[graceful] != "")
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	code = exitCode(err)
	if !running { // cobra refused the command line
		code = exitUsage
		if text := err.Error(); strings.HasPrefix(text, "accepts ") || strings.HasPrefix(text, "requires ") { // so many arguments
			err = fmt.Errorf("%w: %s", err, command.UseLine())
		}
		err = fmt.Errorf("%w\nsee %s --help", err, command.CommandPath())
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(stderr, nearestNames(text)+nearestFile(err))
	}
	return code
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "reetwin",
		Short: "Digital twin of plants that win rare earths from waste",
		Long: `reetwin solves plants that win rare earths from waste: every reagent, residue and recycle is accounted for,
and every number carries its unit, its balance and the class of the constants it rests on.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(unknownFlag)
	for _, construct := range []func() *cobra.Command{
		newSolveCommand,
		newRunCommand,
		newCheckCommand,
		newUnitsCommand,
		newComponentsCommand,
		newFeedsCommand,
		newGradesCommand,
		newExplainCommand,
		newAqueousCommand,
		newThermoCommand,
		newSXCommand,
		newValidateCommand,
		newNewCommand,
		newDemoCommand,
		newLiveCommand,
		newReplayCommand,
		newVirtualCommand,
		newOPCUACommand,
		newVersionCommand,
	} {
		root.AddCommand(construct())
	}
	return root
}

// exitError is an error that decides the exit code. Without an error inside it prints nothing.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

func exitCode(err error) int {
	if e, ok := errors.AsType[exitError](err); ok {
		return e.code
	}
	if _, ok := errors.AsType[conf.Faults](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*flowsheet.Failure](err); ok {
		return exitUnsolved
	}
	return exitInternal
}
