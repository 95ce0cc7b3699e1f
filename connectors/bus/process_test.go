//go:build unix

package bus

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"reetwin/plant"
)

// The test binary is its own second process: REETWIN_BUS_DIR says where it is to work.
func TestMain(m *testing.M) {
	if dir := os.Getenv("REETWIN_BUS_DIR"); dir != "" {
		if err := work(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const most = 20_000 // records that the second process appends before it ends by itself

// work appends records, reads them under a name and prints what is acknowledged, until it is killed.
func work(dir string) error {
	b, err := Open(dir)
	if err != nil {
		return err
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	go func() { // ends with ctx or the bus
		_ = b.Consume(ctx, Journal, "influx", 7, func(msgs []Message) error {
			fmt.Printf("taken %d\n", msgs[len(msgs)-1].Seq)
			return nil
		})
	}()
	from, err := strconv.Atoi(os.Getenv("REETWIN_BUS_FROM"))
	if err != nil {
		return fillUp(ctx, b)
	}
	for i := from; i < from+most && ctx.Err() == nil; i++ {
		if err := b.Append(ctx, record(i, 3)); err != nil {
			return err
		}
		fmt.Printf("append %d\n", i)
	}
	return nil
}

// fillUp appends until no file may grow any more, which is what a full disk looks like, and says how that went.
func fillUp(ctx context.Context, b *Bus) error {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100_000, Max: 100_000}); err != nil {
		return err
	}
	for i := range most {
		began := time.Now()
		if err := b.Append(ctx, record(i, 100)); err != nil {
			fmt.Printf("refused %v: %v\n", errors.Is(err, ErrUnwritable) && time.Since(began) < time.Second, err)
			break
		}
		fmt.Printf("append %d\n", i)
	}
	again := b.Append(ctx, record(0, 1))
	fmt.Printf("again %v\n", errors.Is(again, ErrUnwritable))
	fmt.Printf("frame %v\n", b.Publish(ctx, frame(0, 1)))
	return nil
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	cmd, out := second(t, dir, "")
	appended, says := 0, map[string]string{}
	for out.Scan() {
		what, how, _ := strings.Cut(out.Text(), " ")
		if says[what] = how; what == "append" {
			appended++
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(says["refused"], "true: ") || says["again"] != "true" || says["frame"] != "<nil>" || appended == 0 {
		t.Errorf("after %d records: %v", appended, says)
	}
	b := open(t, dir, Limits{})
	all, err := b.Stats(t.Context())
	if err != nil || all[Journal].Messages != uint64(appended) || all[Outbox].Messages != 1 {
		t.Errorf("%d records acknowledged, %+v, error %v", appended, all, err)
	}
	appendAll(t, b, 0, 1)
}

// second starts the second process; from is the number of its first record, or "" to fill up.
func second(t *testing.T, dir, from string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "REETWIN_BUS_DIR="+dir, "REETWIN_BUS_FROM="+from)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

func TestKill(t *testing.T) {
	dir := t.TempDir()
	var want []int // acknowledged
	next, taken := 0, 0
	for round := range 3 {
		cmd, out := second(t, dir, strconv.Itoa(next))
		for n := 0; out.Scan(); n++ {
			what, number, _ := strings.Cut(out.Text(), " ")
			i, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err) // a line is one write, which a kill does not cut
			}
			if what == "append" {
				want = append(want, i)
				next = i + 2 // i+1 may be on disk without acknowledgement
			} else {
				taken = i
			}
			if n == 150+37*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("second process was not killed: %v", err)
		}
	}
	b := open(t, dir, Limits{})
	var got []int
	if err := b.Records(t.Context(), 0, false, func(seq uint64, r plant.Record) error {
		if uint64(len(got)+1) != seq || len(r.Samples) != 3 {
			return fmt.Errorf("record %d is the %dth, with %d samples", seq, len(got)+1, len(r.Samples))
		}
		got = append(got, number(r))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(got))); !slices.Equal(unique, got) {
		t.Error("a record is there twice or out of order")
	}
	acknowledged := map[int]bool{}
	for _, i := range want {
		acknowledged[i] = true
		if _, ok := slices.BinarySearch(got, i); !ok {
			t.Errorf("record %d was acknowledged and is not there", i)
		}
	}
	if extra := len(got) - len(acknowledged); extra < 0 || extra > 3 {
		t.Errorf("%d records on disk without acknowledgement; each kill may leave one", extra)
	}
	if len(want) < 100 {
		t.Errorf("only %d records before the kills", len(want))
	}
	all, err := b.Stats(t.Context())
	if err != nil || len(all[Journal].Readers) != 1 {
		t.Fatalf("%+v, error %v", all, err)
	}
	r := all[Journal].Readers[0]
	if r.Seq > uint64(taken) || r.Seq+7 < uint64(taken) || r.Lost != 0 { // the last batch was told, and perhaps not yet moved past
		t.Errorf("reader %+v; the sink took up to %d", r, taken)
	}
	appendAll(t, b, 1_000_000, 1_000_001) // so that something is left, even for a reader that had kept up
	got = append(got, 1_000_000)
	if more := consume(t, b, "influx", 1000, len(got)-int(r.Seq), false); !slices.Equal(more, got[r.Seq:]) {
		t.Errorf("reader goes on with %d records, %d are left", len(more), len(got)-int(r.Seq))
	}
}

func TestOneProcess(t *testing.T) {
	dir := t.TempDir()
	cmd, out := second(t, dir, "0")
	if !out.Scan() {
		t.Fatal("second process does not start")
	}
	_, err := Open(dir)
	if want := fmt.Sprintf("in use by process %d", cmd.Process.Pid); err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("%v, not %s", err, want)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	b := open(t, dir, Limits{}) // the lock went with the process
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("opened twice in one process: %v", err)
	}
	b.Close()
	open(t, dir, Limits{})
}

func TestOpenFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil || errors.Is(err, ErrClosed) {
		t.Errorf("a file as directory: %v", err)
	}
}
