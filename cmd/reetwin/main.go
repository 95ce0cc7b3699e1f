// Command reetwin is a digital twin of plants that win rare earths from waste.
//
//	reetwin solve configs/uky.toml
//	reetwin solve configs/uky.toml --set rougher_load.stages=4 --loss Nd
//
// Exit codes: 0 ok, 1 internal fault, 2 usage or config, 3 outside a validity range (--strict) or a validation case
// failed, 4 not converged or not balanced, 130 interrupted. Results go to stdout, messages to stderr.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

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
	exitInterrupted = 130
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		os.Exit(exitInterrupted)
	}()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit code.
func run(args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintf(stderr, "internal fault: %v\n%s", fault, debug.Stack())
			code = exitInternal
		}
	}()
	running := false
	root := newRootCommand()
	root.PersistentPreRun = func(*cobra.Command, []string) { running = true }
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteC()
	if err == nil {
		return 0
	}
	code = exitCode(err)
	if !running { // cobra refused the command line
		code = exitUsage
		err = fmt.Errorf("%w\nsee %s --help", err, command.CommandPath())
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(stderr, text)
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
	for _, construct := range []func() *cobra.Command{
		newSolveCommand,
		newCheckCommand,
		newUnitsCommand,
		newComponentsCommand,
		newExplainCommand,
		newValidateCommand,
		newNewCommand,
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
