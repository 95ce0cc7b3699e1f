//go:build unix

package opcua

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"reetwin/plant"
)

// Killed at any moment and started again after any pause, a client with a memory loses nothing. What a process delivered and did not
// live to save comes twice. Each run has its own moments.
func TestKilled(t *testing.T) {
	const childURL, childDir = "REETWIN_TEST_KILL_URL", "REETWIN_TEST_KILL_DIR"
	tags := testTags(20)
	if dir := os.Getenv(childDir); dir != "" {
		deliverForever(t, os.Getenv(childURL), dir, tags)
		return
	}
	t.Parallel()
	const kills = 16
	p := startPeer(t, tags, "sessions", kills+5) // those of the killed are kept for two minutes
	dir, seed := t.TempDir(), rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	var said bytes.Buffer
	for range kills {
		child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		child.Env = append(os.Environ(), childURL+"=opc.tcp://"+p.address, childDir+"="+dir)
		child.Stdout, child.Stderr = &said, &said
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.IntN(1200)) * time.Millisecond)
		_ = child.Process.Kill() // SIGKILL
		_ = child.Wait()
		time.Sleep(time.Duration(random.IntN(800)) * time.Millisecond)
	}
	l := delivered(t, dir)
	sent, stored, lost, doubled := l.totals()
	t.Logf("%d kills, seed %d: sent %d, stored %d, lost %d, doubled %d", kills, seed, sent, stored, lost, doubled)
	if lost != 0 || stored != sent || sent < 30*int64(len(tags)) {
		t.Errorf("the clients said\n%s", said.String())
	}
}

// deliverForever is the process that is killed: it writes each message down before it is saved.
func deliverForever(t *testing.T, url, dir string, tags []plant.Tag) {
	cfg := config(url, tags)
	cfg.Memory = filepath.Join(dir, "subscription.json")
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	journal, err := os.OpenFile(filepath.Join(dir, "journal"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	t.Fatal(c.Run(t.Context(), func(samples []plant.Sample) error {
		text, err := json.Marshal(samples)
		if err == nil {
			_, err = journal.Write(append(text, '\n'))
		}
		return err
	}))
}

// delivered counts what the killed processes wrote down.
func delivered(t *testing.T, dir string) *ledger {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "journal"))
	if err != nil {
		t.Fatal(err)
	}
	l := newLedger()
	for line := range bytes.Lines(text) {
		var samples []plant.Sample
		if err := json.Unmarshal(line, &samples); err != nil {
			t.Fatal(err)
		}
		if err := l.deliver(samples); err != nil {
			t.Fatal(err)
		}
	}
	return l
}
